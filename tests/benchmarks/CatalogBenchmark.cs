using System.Globalization;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// The catalog brought up to date with 100,000 files: all of them known, all of them new, all of them missing. And what providers and keys count, with ten
/// million entries.
/// </summary>
internal sealed class CatalogBenchmark(string folder, string storeFolder)
{
    private const int Files = 100_000;
    private const int FilesOfFolder = 1_000;
    private const string Tenant = "contoso";

    private readonly string _messages = Path.Combine(folder, "messages");

    /// <summary>Measures updates.</summary>
    public static Task RunAsync(Settings settings) => InFoldersAsync(settings, async one => await one.MeasureAsync(settings));

    /// <summary>Measures counts.</summary>
    public static Task RunCountsAsync(Settings settings) => InFoldersAsync(settings, async one => await one.CountAsync(settings));

    private static async Task InFoldersAsync(Settings settings, Func<CatalogBenchmark, Task> measure)
    {
        string name = "tenc-benchmark-" + Environment.ProcessId;
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, name)).FullName;
        string storeFolder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, name + "-store")).FullName;
        try
        {
            await measure(new CatalogBenchmark(folder, storeFolder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(storeFolder, recursive: true);
        }
    }

    private async Task MeasureAsync(Settings settings)
    {
        Report.Title($"The catalog of {Files:N0} files of 100 bytes in {settings.Folder}, store in {settings.StoreFolder}, medians of {settings.Rounds}");
        await using TenantEncryptionService service = await OpenAsync();
        await ProtectAsync(service);
        Measured[] all =
            [
                new("all known", () => Measurement.OfAsync(() => UpdateAsync(service, unchanged: Files, changed: 0))),
                new("all new", async () =>
                {
                    await ForgetAsync(service);
                    return await Measurement.OfAsync(() => UpdateAsync(service, unchanged: 0, changed: Files));
                }),
                new("all moved", async () =>
                {
                    Directory.Move(_messages, _messages + "-");
                    Directory.CreateDirectory(_messages);
                    Directory.Move(_messages + "-", Path.Combine(_messages, "moved"));
                    Measurement moved = await Measurement.OfAsync(() => UpdateAsync(service, unchanged: 0, changed: Files));
                    Directory.Move(Path.Combine(_messages, "moved"), _messages + "-");
                    Directory.Delete(_messages);
                    Directory.Move(_messages + "-", _messages);
                    await UpdateAsync(service, unchanged: 0, changed: Files);
                    return moved;
                }),
            ];
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync([.. all.Where(one => settings.Wants(one.Name))], settings.Rounds);
        Report.Table("work", "seconds", "files/s", "processor seconds", "of them kernel");
        foreach ((string work, Measurement median) in medians)
        {
            Report.Row(work, median.Seconds, (int)(Files / median.Seconds), median.ProcessorSeconds, median.KernelSeconds);
        }
    }

    private async Task UpdateAsync(TenantEncryptionService service, long unchanged, int changed)
    {
        await using CatalogUpdate update = service.Data.BeginCatalogUpdate([_messages]);
        int told = 0;
        await foreach (FileOutcome<CatalogChange> outcome in update.RunAsync())
        {
            told += outcome.Result is { Status: CatalogChangeStatus.New or CatalogChangeStatus.Moved } ? 1 : throw new InvalidOperationException(outcome.ToString(), outcome.Error);
        }

        await foreach (FileOutcome<CatalogChange> missing in update.ListMissingAsync())
        {
            throw new InvalidOperationException(missing.ToString());
        }

        if (update.Unchanged != unchanged || told != changed)
        {
            throw new InvalidOperationException($"{update.Unchanged} unchanged, {told} changed.");
        }
    }

    private async Task CountAsync(Settings settings)
    {
        Report.Title($"What providers and keys count, with {settings.Rows:N0} entries in the catalog, store in {settings.StoreFolder}");
        await using TenantEncryptionService service = await OpenAsync();
        await service.Keys.RotateAsync(Tenant);
        string[] keks = [.. (await service.Keys.ListAsync(Tenant)).Select(key => key.KekId)];
        const int Page = 20_000;
        for (long first = 0; first < settings.Rows; first += Page)
        {
            await using Operation operation = service.Work.Begin("benchmark");
            CatalogEntry[] page = [.. Enumerable.Range(0, (int)Math.Min(Page, settings.Rows - first)).Select(i => Entry(first + i, Tenant, keks[(first + i) % keks.Length]))];
            await service.Work.ChangeAsync(operation, StoreScope.Of(Tenant), change => change.Store.Catalog.AddAsync(page), CancellationToken.None);
        }

        long counted = (await service.Providers.ListAsync(new KeyProviderFilter { TenantId = Tenant })).Sum(provider => provider.MessageCount);
        if (counted != settings.Rows)
        {
            throw new InvalidOperationException($"{counted} are counted.");
        }

        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(
            [
                new("providers listed, with their counts", () => Measurement.OfAsync(() => service.Providers.ListAsync(new KeyProviderFilter { TenantId = Tenant }))),
                new("keys listed, with their counts", () => Measurement.OfAsync(() => service.Keys.ListAsync(Tenant))),
                new("the store described", () => Measurement.OfAsync(() => service.DescribeAsync())),
            ],
            settings.Rounds);
        Report.Table("work", "ms");
        foreach ((string work, Measurement median) in medians)
        {
            Report.Row(work, string.Create(CultureInfo.InvariantCulture, $"{median.Seconds * 1000:0.0}"));
        }
    }

    /// <summary>An entry that no other has the name or the message of.</summary>
    internal static CatalogEntry Entry(long number, string tenantId, string kekId)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"/data/{tenantId}/{number / FilesOfFolder:000000}/{number % FilesOfFolder:000}.tenc");
        return new CatalogEntry
        {
            MessageId = number.ToString("x64", CultureInfo.InvariantCulture),
            TenantId = tenantId,
            Space = "file://localhost",
            Key = name,
            Name = name,
            KekId = kekId,
            Length = number,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
    }

    private static async Task ForgetAsync(TenantEncryptionService service)
    {
        await using Operation operation = service.Work.Begin("benchmark");
        await service.Work.ChangeAsync(operation, StoreScope.Of(Tenant), change => change.Store.Catalog.RemoveOfTenantAsync(Tenant), CancellationToken.None);
    }

    private async Task<TenantEncryptionService> OpenAsync()
    {
        string at = Path.Combine(storeFolder, "store");
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            new SqliteStore(at), new AwsKms(), new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(at + "-root"), LogHeadFolder = at + "-root" });
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        return service;
    }

    private async Task ProtectAsync(TenantEncryptionService service)
    {
        string plain = Path.Combine(folder, "plain");
        for (int i = 0; i < Files; i++)
        {
            string inFolder = Directory.CreateDirectory(Path.Combine(plain, (i / FilesOfFolder).ToString("000", CultureInfo.InvariantCulture))).FullName;
            await File.WriteAllBytesAsync(Path.Combine(inFolder, (i % FilesOfFolder).ToString("000", CultureInfo.InvariantCulture)), new byte[100]);
        }

        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(Tenant, FilePlanner.ForProtect([plain], _messages, outFile: null, recurse: true)))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }

        Directory.Delete(plain, recursive: true);
    }
}
