using System.Globalization;
using System.Security.Cryptography;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// 10,000 files of 4 KiB, through the service with a real store, and through the cmdlets where PowerShell is installed: catalogued, each
/// flushed before it takes its name, each folder flushed before it is confirmed. Against <c>cp -r</c>, which flushes nothing, and
/// <c>cp -r</c> with a <c>sync</c> of what it wrote.
/// </summary>
internal sealed class ServiceFilesBenchmark(string folder, string storeFolder)
{
    private const int Count = 10_000;
    private const string Tenant = "contoso";

    private readonly string _plain = Path.Combine(folder, "plain");
    private readonly string _messages = Path.Combine(folder, "messages");
    private readonly string _out = Path.Combine(folder, "out");
    private int _stores;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string name = "tenc-benchmark-" + Environment.ProcessId;
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, name)).FullName;
        string storeFolder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, name + "-store")).FullName;
        try
        {
            await new ServiceFilesBenchmark(folder, storeFolder).MeasureAsync(settings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(storeFolder, recursive: true);
        }
    }

    private async Task MeasureAsync(Settings settings)
    {
        Directory.CreateDirectory(_plain);
        for (var i = 0; i < Count; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_plain, i.ToString("00000", CultureInfo.InvariantCulture)), RandomNumberGenerator.GetBytes(4096));
        }

        Report.Title($"10,000 files of 4 KiB in {settings.Folder}, store in {settings.StoreFolder}, medians of {settings.Rounds}");
        await using (TenantEncryptionService service = await OpenAsync("messages"))
        {
            await ProtectAsync(service, _messages);
            using PowerShellSession? commands = PowerShellSession.IsBuilt ? PowerShellSession.Start(Path.Combine(storeFolder, "commands-settings")) : null;
            List<Measured> all =
            [
                new("cp -r", () => EmptiedAsync(() => Tool.RunAsync("cp", ["-r", _plain + "/.", _out]))),
                new("cp -r and sync", () => EmptiedAsync(() => Tool.RunAsync("sh", ["-c", $"cp -r '{_plain}/.' '{_out}' && sync -f '{_out}'"]))),
                new("protect", () => EmptiedAsync(() => WithNewStoreAsync(one => ProtectAsync(one, _out)))),
                new("unprotect", () => EmptiedAsync(() => Measurement.OfAsync(() => UnprotectAsync(service)))),
                new("verify", () => Measurement.OfAsync(() => VerifyAsync(service))),
            ];
            if (commands is not null)
            {
                string messages = _messages + "-of-commands";
                await OpenAsync(commands);
                await commands.RunAsync($"$null = Protect-TenantData '{_plain}' -TenantId {Tenant} -Destination '{messages}'");
                string store = Path.Combine(storeFolder, $"commands-{_stores}");
                all.AddRange(
                [
                    new("Protect-TenantData", () => EmptiedAsync(async () =>
                    {
                        await OpenAsync(commands);
                        return await commands.RunAsync($"$null = Protect-TenantData '{_plain}' -TenantId {Tenant} -Destination '{_out}'");
                    })),
                    new("Unprotect-TenantData", () => EmptiedAsync(async () =>
                    {
                        await commands.RunAsync($"Connect-TenantEncryption -Path '{store}'");
                        return await commands.RunAsync($"$null = Unprotect-TenantData '{messages}' -Destination '{_out}'");
                    })),
                    new("Test-TenantData", async () =>
                    {
                        await commands.RunAsync($"Connect-TenantEncryption -Path '{store}'");
                        return await commands.RunAsync($"$null = Test-TenantData '{messages}'");
                    }),
                ]);
            }

            IReadOnlyDictionary<string, List<Measurement>> rounds = await Measured.RoundsAsync(
                [.. all.Where(one => one.Name == "cp -r" || settings.Wants(one.Name))], settings.Rounds, settings.Patience);
            Measurement copy = Measured.Median(rounds["cp -r"]);
            Measurement quickCopy = Measured.Least(rounds["cp -r"]);
            Report.Table("work", "seconds", "files/s", "rate of cp -r", "least seconds", "rate of its least", "least processor seconds", "of them kernel");
            foreach ((string work, List<Measurement> measured) in rounds)
            {
                Measurement median = Measured.Median(measured);
                Measurement least = Measured.Least(measured);
                Report.Row(
                    work,
                    median.Seconds,
                    (int)(Count / median.Seconds),
                    copy.Seconds / median.Seconds,
                    least.Seconds,
                    quickCopy.Seconds / least.Seconds,
                    least.ProcessorSeconds,
                    least.KernelSeconds);
            }
        }
    }

    private async Task<Measurement> WithNewStoreAsync(Func<TenantEncryptionService, Task> work)
    {
        await using TenantEncryptionService service = await OpenAsync((++_stores).ToString(CultureInfo.InvariantCulture));
        return await Measurement.OfAsync(() => work(service));
    }

    private Task<Measurement> OpenAsync(PowerShellSession commands) => commands.RunAsync(
        $"Connect-TenantEncryption -Path '{Path.Combine(storeFolder, $"commands-{++_stores}")}' -Create; $null = New-EncryptionTenant {Tenant}");

    private async Task<TenantEncryptionService> OpenAsync(string name)
    {
        string at = Path.Combine(storeFolder, name);
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            new SqliteStore(at),
            new AwsKms(),
            new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(at + "-root"), LogHeadFolder = at + "-root" });
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        return service;
    }

    private async Task ProtectAsync(TenantEncryptionService service, string to)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
            Tenant, FilePlanner.ForProtect([_plain], to, outFile: null, recurse: true)))
        {
            Require(outcome.Error);
        }
    }

    private async Task UnprotectAsync(TenantEncryptionService service)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(
            FilePlanner.ForUnprotect([_messages], _out, outFile: null, recurse: true)))
        {
            Require(outcome.Error);
        }
    }

    private async Task VerifyAsync(TenantEncryptionService service)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<MessageTestResult> outcome in session.TestFilesAsync(FilePlanner.ForTest([_messages], recurse: true)))
        {
            Require(outcome.Error);
        }
    }

    private static void Require(Exception? error)
    {
        if (error is not null)
        {
            throw error;
        }
    }

    // By another process, so that a profile of this one shows its own work.
    private async Task<Measurement> EmptiedAsync(Func<Task<Measurement>> work)
    {
        await Tool.RunAsync("rm", ["-rf", _out]);
        Directory.CreateDirectory(_out);
        return await work();
    }
}
