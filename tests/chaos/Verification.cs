using System.Collections.Concurrent;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;

namespace TenantEncryption.Chaos;

/// <summary>What must hold after every kill.</summary>
internal static class Verification
{
    /// <summary>Verifies everything, and finishes what killed workers began.</summary>
    /// <returns>What does not hold.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(Scene scene)
    {
        var faults = new ConcurrentQueue<string>();
        await using TenantEncryptionService service = await scene.OpenAsync();
        foreach (string tenant in Scene.Tenants)
        {
            await CheckFilesAsync(scene, service, tenant, faults);
            await CheckValuesAsync(scene, service, tenant, faults);
            await CheckKeysAsync(scene, service, tenant, faults);
            await FinishMigrationsAsync(service, tenant, faults);
            await CheckFilesAsync(scene, service, tenant, faults);
            await CheckValuesAsync(scene, service, tenant, faults);
        }

        EventLogTestResult log = await service.Events.VerifyAsync();
        if (!log.Success)
        {
            faults.Enqueue($"The event log: {log.Detail}");
        }

        Directory.Delete(scene.Scratch, recursive: true);
        return [.. faults];
    }

    /// <summary>What there is, in a line.</summary>
    public static async Task<string> DescribeAsync(Scene scene)
    {
        await using TenantEncryptionService service = await scene.OpenAsync();
        StoreInfo store = await service.DescribeAsync();
        int values = Scene.Tenants.Sum(tenant => Ledger.Read(scene.Ledgers(tenant), "*.values").Count());
        IReadOnlyList<KeyMigration> migrations = await service.Migrations.ListAsync();
        KeyMigration[] reencryptions = [.. migrations.Where(migration => migration.Mode == MigrationMode.Reencrypt)];
        return $"{store.Messages} files, {values} values, {store.Keys} keys, {migrations.Count} migrations ({reencryptions.Length} of them wrote {reencryptions.Sum(one => one.Done)} files anew), {store.Heads.Sum(head => head.Head.Sequence)} events.";
    }

    // Every source that ever was is still there, or its message is; every message reads as it must and is the one of the catalog.
    private static async Task CheckFilesAsync(Scene scene, TenantEncryptionService service, string tenant, ConcurrentQueue<string> faults)
    {
        foreach ((string name, _) in Ledger.Read(scene.Ledgers(tenant), "*.sources"))
        {
            if (!File.Exists(Path.Combine(scene.Sources(tenant), name)) && !File.Exists(Path.Combine(scene.Messages(tenant), name + FilePlanner.Extension)))
            {
                faults.Enqueue($"{tenant}: source {name} is gone and has no message");
            }
        }

        await using DataSession session = service.Data.BeginSession();
        IReadOnlyList<FileRequest> plan = FilePlanner.ForUnprotect([scene.Messages(tenant)], scene.Scratch, null, recurse: false);
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(plan, new UnprotectOptions { TenantId = tenant, Strict = true, Force = true }))
        {
            string name = Path.GetFileNameWithoutExtension(outcome.Source);

            // A folder in which no message is yet is told as left out.
            if (outcome.Skipped is null && (outcome.Result is null || !Holds(outcome.Result.Path, Scene.ContentOf(name))))
            {
                faults.Enqueue($"{tenant}: file {name}: {outcome.Error?.Message ?? "another content"}");
            }
        }

        var catalogued = new HashSet<string>(StringComparer.Ordinal);
        await foreach (MessageInfo entry in service.Data.ListCatalogAsync(tenant))
        {
            if (!catalogued.Add(entry.Path!))
            {
                faults.Enqueue($"{tenant}: {entry.Path} is catalogued twice");
            }
        }

        foreach (string path in Directory.GetFiles(scene.Messages(tenant)).Where(path => !catalogued.Remove(path) && path.EndsWith(FilePlanner.Extension, StringComparison.Ordinal)))
        {
            faults.Enqueue($"{tenant}: {path} is in no catalog");
        }

        foreach (string path in catalogued)
        {
            faults.Enqueue($"{tenant}: {path} is catalogued and not there");
        }
    }

    private static async Task CheckValuesAsync(Scene scene, TenantEncryptionService service, string tenant, ConcurrentQueue<string> faults)
    {
        await using DataSession session = service.Data.BeginSession();
        await Parallel.ForEachAsync(Ledger.Read(scene.Ledgers(tenant), "*.values"), async (pair, token) =>
        {
            try
            {
                UnprotectedValue value = await session.UnprotectValueAsync(pair.Message, new UnprotectOptions { TenantId = tenant }, token);
                if (!Scene.ContentOf(pair.Name).AsSpan().SequenceEqual(value.Plaintext))
                {
                    faults.Enqueue($"{tenant}: value {pair.Name}: another content");
                }
            }
            catch (TenantEncryptionException refusal)
            {
                faults.Enqueue($"{tenant}: value {pair.Name}: {refusal.Message}");
            }
        });
    }

    private static bool Holds(string path, byte[] content) => File.ReadAllBytes(path).AsSpan().SequenceEqual(content);

    // A crash over-counts and never under-counts.
    private static async Task CheckKeysAsync(Scene scene, TenantEncryptionService service, string tenant, ConcurrentQueue<string> faults)
    {
        IReadOnlyList<KeyEncryptionKey> keys = await service.Keys.ListAsync(tenant);
        if (keys.Count(key => key.Status == KeyEncryptionKeyStatus.Current) != 1
            || (await service.Providers.ListAsync(new KeyProviderFilter { TenantId = tenant })).Count(provider => provider.Current) != 1)
        {
            faults.Enqueue($"{tenant}: not exactly one Current key and one Active provider");
        }

        ILookup<string, byte[]> values = Ledger.Read(scene.Ledgers(tenant), "*.values")
            .ToLookup(pair => TenantDataProtector.ReadHeader(pair.Message).KekId!, pair => pair.Message);
        foreach (KeyEncryptionKey key in keys.Where(key => key.ReservedWraps - key.Messages < values[key.KekId].Count()))
        {
            faults.Enqueue($"{tenant}: {key.KekId} wrapped {values[key.KekId].Count()} values, but counts {key.ReservedWraps} − {key.Messages}");
        }
    }

    private static async Task FinishMigrationsAsync(TenantEncryptionService service, string tenant, ConcurrentQueue<string> faults)
    {
        foreach (KeyMigration migration in (await service.Migrations.ListAsync(tenant)).Where(one => one.State != MigrationState.Completed))
        {
            KeyMigration resumed = await service.Migrations.ResumeAsync(migration.Id);
            if (resumed is not { State: MigrationState.Completed, Failed: 0 })
            {
                faults.Enqueue($"{tenant}: {migration.Id} is {resumed.State} with {resumed.Failed} failed items");
            }
        }
    }
}
