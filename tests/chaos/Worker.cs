using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;

namespace TenantEncryption.Chaos;

/// <summary>Does everything that changes something, in random order, until it is killed. It notes what it was told is done, and nothing before.</summary>
internal sealed class Worker(Scene scene, int seed)
{
    // What another worker, or a migration that a killed one left behind, may rightly refuse.
    private static readonly string[] Expected =
        [ErrorCodes.MigrationRunning, ErrorCodes.LeaseLost, ErrorCodes.TransitionForbidden, ErrorCodes.MigrationFailed, ErrorCodes.OutputExists];

    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        await using TenantEncryptionService service = await scene.OpenAsync();
        while (true)
        {
            Console.WriteLine("an operation begins");
            string tenant = Scene.Tenants[_random.Next(Scene.Tenants.Length)];
            try
            {
                await (_random.Next(100) switch
                {
                    < 25 when scene.HasPlatformKey => service.RootKey.RotateAsync(),
                    < 30 => ProtectFilesAsync(service, tenant),
                    < 50 => ProtectValuesAsync(service, tenant),
                    < 80 => MigrateAsync(service, tenant),
                    < 87 => service.Keys.RotateAsync(tenant),
                    < 90 => service.RootKey.RotateAsync(),
                    _ => ReadAsync(service, tenant),
                });
            }
            catch (TenantEncryptionException refusal) when (Expected.Contains(refusal.Code))
            {
                // Another try, another operation.
            }
        }
    }

    private async Task ProtectFilesAsync(TenantEncryptionService service, string tenant)
    {
        using var ledger = new Ledger(Path.Combine(scene.Ledgers(tenant), Scene.NewName() + ".sources"));
        var files = new List<FileRequest>();
        for (int i = _random.Next(1, 12); i > 0; i--)
        {
            string name = Scene.NewName();
            string source = Path.Combine(scene.Sources(tenant), name);
            await File.WriteAllBytesAsync(source + ".part", Scene.ContentOf(name));
            File.Move(source + ".part", source);
            ledger.Add(name, []);
            files.Add(new FileRequest(source, Path.Combine(scene.Messages(tenant), name + FilePlanner.Extension)));
        }

        bool again = _random.Next(3) == 0;
        await using DataSession session = service.Data.BeginSession();
        await CheckAsync(session.ProtectFilesAsync(tenant, files, new ProtectOptions { RemoveSource = !again && _random.Next(2) == 0 }));
        if (again)
        {
            await CheckAsync(session.ProtectFilesAsync(tenant, files, new ProtectOptions { Force = true, RemoveSource = _random.Next(2) == 0 }));
        }
    }

    private static async Task CheckAsync<T>(IAsyncEnumerable<FileOutcome<T>> outcomes)
        where T : class
    {
        await foreach (FileOutcome<T> outcome in outcomes)
        {
            if (outcome.Error is { } error && !Expected.Contains(error.Code))
            {
                throw error;
            }
        }
    }

    private async Task ProtectValuesAsync(TenantEncryptionService service, string tenant)
    {
        using var ledger = new Ledger(Path.Combine(scene.Ledgers(tenant), Scene.NewName() + ".values"));
        await using DataSession session = service.Data.BeginSession();
        for (int i = _random.Next(1, 40); i > 0; i--)
        {
            string name = Scene.NewName();
            ledger.Add(name, await session.ProtectValueAsync(tenant, Scene.ContentOf(name)));
        }
    }

    private async Task MigrateAsync(TenantEncryptionService service, string tenant)
    {
        KeyMigration? unfinished = (await service.Migrations.ListAsync(tenant)).LastOrDefault(one => one.State is not MigrationState.Completed);
        if (unfinished is not null)
        {
            await (unfinished is { State: MigrationState.InProgress, Mode: MigrationMode.Reencrypt }
                ? service.Migrations.JoinAsync(unfinished.Id)
                : service.Migrations.ResumeAsync(unfinished.Id));
            return;
        }

        KeyProvider[] targets = [.. (await service.Providers.ListAsync(new KeyProviderFilter { TenantId = tenant })).Where(one => !one.Current)];
        var options = new KeyMigrationOptions { Mode = (MigrationMode)_random.Next(2), DegreeOfParallelism = _random.Next(1, 4) };
        await service.Migrations.StartAsync(tenant, targets[_random.Next(targets.Length)].Id, options);
    }

    private async Task ReadAsync(TenantEncryptionService service, string tenant)
    {
        string[] messages = Directory.GetFiles(scene.Messages(tenant), "*" + FilePlanner.Extension);
        if (messages.Length > 0)
        {
            string message = messages[_random.Next(messages.Length)];
            await using DataSession session = service.Data.BeginSession();
            await CheckAsync(session.UnprotectFilesAsync([new FileRequest(message, Path.Combine(scene.Scratch, Scene.NewName()))]));
        }
    }
}
