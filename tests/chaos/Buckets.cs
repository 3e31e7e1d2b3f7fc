using System.Diagnostics;
using System.Globalization;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.LocalKms;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Servers;

namespace TenantEncryption.Chaos;

/// <summary>The objects of a bucket are written anew, by one process and then by several, of which one is killed every few seconds, while a writer replaces objects.</summary>
internal static class Buckets
{
    private const string Tenant = "acme";
    private const int Length = 1024;
    private const int Contents = 100;

    /// <summary>Runs it.</summary>
    /// <returns>0 when nothing was lost, else 1.</returns>
    public static async Task<int> RunAsync(int objects, int processes, int threads, TimeSpan killInterval)
    {
        string folder = Directory.CreateTempSubdirectory("tenc-chaos-").FullName;
        try
        {
            await using LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
            using ObjectEndpointServer server = await ObjectEndpointServer.StartAsync();
            var scene = new Scene(folder, kms.Url);
            scene.UseObjects(server.Url);
            var bucket = new BucketScene(scene, await server.NewBucketAsync(), objects);
            await bucket.PrepareAsync();

            TimeSpan one = await bucket.MigrateAsync([threads], kill: null);
            Console.WriteLine($"one process with {threads} threads wrote {objects:N0} objects anew in {one.TotalSeconds:N1} s");
            var replaced = new Dictionary<int, int>();
            TimeSpan many = await bucket.MigrateAsync([.. Enumerable.Repeat(threads / processes, processes)], killInterval, replaced);
            Console.WriteLine(
                $"{processes} processes with {threads / processes} each, one killed every {killInterval.TotalSeconds:N0} s ({bucket.Killed} in all), while {replaced.Count:N0} were replaced: "
                + $"{many.TotalSeconds:N1} s; {one / many:N2} of the pace of one. The endpoint took {server.ProcessorTime.TotalSeconds:N0} s of processor time in all");
            IReadOnlyList<string> faults = await bucket.VerifyAsync(replaced);
            Console.WriteLine(faults.Count == 0 ? "0 lost, 0 unreadable, 0 overwritten by stale data" : $"{faults.Count} faults\n{string.Join('\n', faults.Take(20))}");
            return faults.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Works on whatever migration there is, until it is completed.</summary>
    public static async Task WorkAsync(Scene scene, int threads)
    {
        await using TenantEncryptionService service = await scene.OpenAsync();
        var options = new MigrationRunOptions { DegreeOfParallelism = threads };
        while ((await service.Migrations.ListAsync(Tenant)).LastOrDefault(one => one.State != MigrationState.Completed) is { } migration)
        {
            try
            {
                await (migration.State == MigrationState.InProgress
                    ? service.Migrations.JoinAsync(migration.Id, options)
                    : service.Migrations.ResumeAsync(migration.Id, options));
            }
            catch (TenantEncryptionException refusal) when (refusal.Code is ErrorCodes.MigrationRunning or ErrorCodes.TransitionForbidden)
            {
                await Task.Delay(100); // Another process was quicker, or ended it.
            }
        }
    }

    /// <summary>A bucket with a migration.</summary>
    private sealed class BucketScene(Scene scene, string bucket, int objects)
    {
        public int Killed { get; private set; }

        public async Task PrepareAsync()
        {
            await using TenantEncryptionService service = await scene.OpenAsync();
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
            await using DataSession session = service.Data.BeginSession();
            FileRequest[] files = [.. Enumerable.Range(0, objects).Select(number => new FileRequest(Source(number, 0), AddressOf(number)))];
            await RequireAsync(session.ProtectFilesAsync(Tenant, files, new ProtectOptions { DegreeOfParallelism = 16 }));
        }

        // The migration is begun by a process that is about to be stopped, so that the workers find it as a killed one leaves it.
        public async Task<TimeSpan> MigrateAsync(int[] threads, TimeSpan? kill, Dictionary<int, int>? replaced = null)
        {
            await using TenantEncryptionService service = await scene.OpenAsync();
            KeyProvider provider = await service.Providers.ResolveAsync("Internal", Tenant);
            string old = (await service.Keys.ListAsync(Tenant)).Single(key => key.Messages > 0).KekId;
            using var stop = new CancellationTokenSource();
            var progress = new Progress<KeyMigration>(_ => stop.Cancel());
            await service.Keys.RotateAsync(Tenant);
            try
            {
                await service.Migrations.StartAsync(
                    Tenant, provider.Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, KekIds = [old] }, progress, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // As meant.
            }

            long begun = Stopwatch.GetTimestamp();
            using var done = new CancellationTokenSource();
            Task replacing = replaced is null ? Task.CompletedTask : ReplaceAsync(replaced, done.Token);
            await Task.WhenAll(threads.Select((degree, index) => KeepAsync(degree, kill, index, threads.Length)));
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            await done.CancelAsync();
            await replacing;
            return took;
        }

        public async Task<IReadOnlyList<string>> VerifyAsync(Dictionary<int, int> replaced)
        {
            var faults = new List<string>();
            await using TenantEncryptionService service = await scene.OpenAsync();
            KeyMigration migration = (await service.Migrations.ListAsync(Tenant))[^1];
            if (migration is not { State: MigrationState.Completed, Failed: 0 })
            {
                faults.Add($"{migration.Id} is {migration.State} with {migration.Failed} failed messages");
            }

            string target = Path.Combine(scene.Root, "read");
            await using DataSession session = service.Data.BeginSession();
            FileRequest[] files = [.. Enumerable.Range(0, objects).Select(number => new FileRequest(AddressOf(number), Path.Combine(target, $"{number}")))];
            Directory.CreateDirectory(target);
            int number = 0;
            await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(files, new UnprotectOptions { TenantId = Tenant, Strict = true, DegreeOfParallelism = 16 }))
            {
                int generation = replaced.GetValueOrDefault(number);
                if (outcome.Error is { } error)
                {
                    faults.Add($"{number}: {error.Message}");
                }
                else if (!File.ReadAllBytes(outcome.Result!.Path).AsSpan().SequenceEqual(File.ReadAllBytes(Source(number, generation))))
                {
                    faults.Add($"{number}: not what was written last ({generation})");
                }

                number++;
            }

            string current = (await service.Keys.ListAsync(Tenant)).Single(key => key.Status == TenantEncryption.Keys.KeyEncryptionKeyStatus.Current).KekId;
            int known = 0;
            await foreach (MessageInfo message in service.Data.ListCatalogAsync(Tenant))
            {
                known++;
                if (message.KekId != current)
                {
                    faults.Add($"{message.Name} is under {message.KekId}");
                }
            }

            if (known != objects)
            {
                faults.Add($"The catalog knows {known} of {objects}");
            }

            return faults;
        }

        // A worker, and another one in its place each time that it is killed: one of all workers every so often.
        private async Task KeepAsync(int threads, TimeSpan? kill, int index, int workers)
        {
            for (int turn = 0; ; turn++)
            {
                using Process worker = Process.Start(new ProcessStartInfo(
                    Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                    ["exec", typeof(Buckets).Assembly.Location, "bucket-work", scene.Root, scene.KmsUrl, threads.ToString(CultureInfo.InvariantCulture)]))!;
                Task ended = worker.WaitForExitAsync();
                if (kill is { } interval)
                {
                    await Task.WhenAny(ended, Task.Delay(turn == 0 ? interval * (index + 1) : interval * workers));
                    if (!worker.HasExited)
                    {
                        worker.Kill();
                        Killed++;
                        await ended;
                        continue;
                    }
                }

                await ended;
                if (worker.ExitCode != 0)
                {
                    throw new InvalidOperationException($"A worker ended with {worker.ExitCode}.");
                }

                return;
            }
        }

        // What it was told is there, must be there in the end.
        private async Task ReplaceAsync(Dictionary<int, int> replaced, CancellationToken cancellationToken)
        {
            await using TenantEncryptionService service = await scene.OpenAsync();
            await using DataSession session = service.Data.BeginSession();
            var random = new Random(1);
            while (!cancellationToken.IsCancellationRequested)
            {
                int number = random.Next(objects);
                int generation = replaced.GetValueOrDefault(number) + 1;
                await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
                    Tenant, [new FileRequest(Source(number, generation), AddressOf(number))], new ProtectOptions { Force = true }, null, CancellationToken.None))
                {
                    if (outcome.Error is null)
                    {
                        replaced[number] = generation;
                    }
                    else if (outcome.Error.Code is not (ErrorCodes.ObjectChanged or ErrorCodes.LeaseLost))
                    {
                        throw outcome.Error;
                    }
                }
            }
        }

        private string AddressOf(int number) => $"s3://{bucket}/{number:00000000}{FilePlanner.Extension}";

        private string Source(int number, int generation)
        {
            string path = Path.Combine(scene.Sources(Tenant), $"{number % Contents}-{generation % Contents}");
            if (!File.Exists(path))
            {
                byte[] content = new byte[Length];
                new Random((number % Contents * Contents) + (generation % Contents)).NextBytes(content);
                File.WriteAllBytes(path + ".part", content);
                File.Move(path + ".part", path, overwrite: true);
            }

            return path;
        }

        private static async Task RequireAsync<T>(IAsyncEnumerable<FileOutcome<T>> outcomes)
            where T : class
        {
            await foreach (FileOutcome<T> outcome in outcomes)
            {
                if (outcome.Error is { } error)
                {
                    throw error;
                }
            }
        }
    }
}
