using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.PostgreSql;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// What the stores do side by side in one run: catalog rows, each batch a change with its event; and events of many tenants, where the server takes its time to commit.
/// </summary>
internal sealed class StoreBenchmark(string folder, Settings settings)
{
    private const int RowsOfBatch = 512;
    private const int Batches = 400;
    private const int Writers = 8;
    private const int Tenants = 1_000;
    private const int Connections = 32;
    private const int Events = 10_000;
    private const int EventsOfOne = 300;

    private long _rows;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await new StoreBenchmark(folder, settings).MeasureAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"tenant-{number:0000}");

    private async Task MeasureAsync()
    {
        Report.Title($"Stores in {settings.StoreFolder}, PostgreSQL on loopback with synchronous commit, medians of {settings.Rounds}");
        Report.Table("work", "a second", "least", "processor time of this process");
        using var server = new PostgreSqlServer(settings.StoreFolder, "fsync=on", "synchronous_commit=on");
        using var slow = new PostgreSqlServer(settings.StoreFolder, "fsync=on", "synchronous_commit=on", "commit_delay=3000", "commit_siblings=0");
        await using TenantEncryptionService sqlite = await OpenAsync(new SqliteStore(Path.Combine(folder, "sqlite")), "sqlite");
        await using TenantEncryptionService postgreSql = await OpenAsync(Of(server), "postgresql");
        await using TenantEncryptionService delayed = await OpenAsync(Of(slow), "delayed");
        (string Name, TenantEncryptionService Service)[] stores = [("SQLite", sqlite), ("PostgreSQL", postgreSql), ("PostgreSQL, commits of 3 ms", delayed)];
        if (settings.Wants("rows"))
        {
            await RowsAsync([.. stores.Select(store => new Measured($"catalog rows, {Writers} writers, {store.Name}", () => AddAsync(store.Service)))], Batches * RowsOfBatch);
        }

        if (settings.Wants("events"))
        {
            foreach (TenantEncryptionService service in stores.Select(store => store.Service))
            {
                await MakeTenantsAsync(service);
            }

            await RowsAsync([.. stores.Select(store => new Measured($"events of {Tenants:N0} tenants, {Connections} writers, {store.Name}", () => AppendAsync(store.Service, Tenants, Events)))], Events);
            await RowsAsync([.. stores.Select(store => new Measured($"events of one tenant, {Connections} writers, {store.Name}", () => AppendAsync(store.Service, 1, EventsOfOne)))], EventsOfOne);
        }
    }

    private static PostgreSqlStore Of(PostgreSqlServer server) => new(server.ConnectionString, new PostgreSqlStoreOptions { Create = true });

    private async Task<TenantEncryptionService> OpenAsync(IStore store, string name)
    {
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            store,
            new AwsKms(),
            new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, name + "-root")), LogHeadFolder = Path.Combine(folder, name + "-root") });
        for (int i = 0; i < Writers; i++)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(i) });
            await service.Keys.RotateAsync(Name(i));
        }

        return service;
    }

    private static async Task MakeTenantsAsync(TenantEncryptionService service)
    {
        for (int i = Writers; i < Tenants; i++)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(i) });
        }
    }

    // Each writer is at a tenant of its own, as claims of ranges have it.
    private Task<Measurement> AddAsync(TenantEncryptionService service) => Measurement.OfAsync(() => Parallel.ForAsync(
        0,
        Writers,
        new ParallelOptions { MaxDegreeOfParallelism = Writers },
        async (writer, cancellation) =>
        {
            string kekId = (await service.Keys.ListAsync(Name(writer), cancellation))[^1].KekId;
            for (int batch = 0; batch < Batches / Writers; batch++)
            {
                CatalogEntry[] entries = [.. Enumerable.Range(0, RowsOfBatch).Select(_ => CatalogBenchmark.Entry(Interlocked.Increment(ref _rows), Name(writer), kekId))];
                await ChangeAsync(service, Name(writer), change => change.Store.Catalog.AddAsync(entries));
            }
        }));

    private static Task<Measurement> AppendAsync(TenantEncryptionService service, int tenants, int events) => Measurement.OfAsync(() => Parallel.ForAsync(
        0,
        events,
        new ParallelOptions { MaxDegreeOfParallelism = Connections },
        async (number, _) => await ChangeAsync(service, Name(number % tenants), change => Task.CompletedTask)));

    private static async Task ChangeAsync(TenantEncryptionService service, string tenantId, Func<Change, Task> work)
    {
        await using Operation operation = service.Work.Begin("benchmark", tenantId);
        await service.Work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                await work(change);
                change.Record("com.example.benchmark", tenantId, new JObject());
            },
            CancellationToken.None);
    }

    private async Task RowsAsync(IReadOnlyList<Measured> all, int count)
    {
        foreach ((string work, List<Measurement> rounds) in await Measured.RoundsAsync(all, settings.Rounds, settings.Patience))
        {
            Report.Row(work, (int)(count / Measured.Median(rounds).Seconds), (int)(count / rounds.Max(round => round.Seconds)), $"{Measured.Median(rounds).ProcessorSeconds:0.00} s");
        }
    }
}
