using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// Files written anew under another key, against protecting the same files; by two processes against one with two threads; and the latency of values
/// while a Reencrypt of low priority runs in another process.
/// </summary>
internal sealed class ReencryptBenchmark(string folder, string storeFolder)
{
    private const string Tenant = "contoso";

    // What joining costs is the same for any number: few files would measure it, and not the work.
    private const int JoinedFiles = 40_000;

    // Rounds until the runtime has compiled for speed what runs all the time: a migration of many files runs so nearly all of its life.
    private const int WarmUp = 4;

    private static readonly (string Name, int Files, int Length)[] Sizes = [("1 MiB", 200, 1 << 20), ("64 KiB", 2_000, 64 << 10), ("4 KiB", 10_000, 4 << 10)];

    private readonly string _plain = Path.Combine(folder, "plain");
    private readonly string _messages = Path.Combine(folder, "messages");
    private int _stores;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string name = "tenc-benchmark-" + Environment.ProcessId;
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, name)).FullName;
        string storeFolder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, name + "-store")).FullName;
        try
        {
            var benchmark = new ReencryptBenchmark(folder, storeFolder);
            foreach ((string size, int files, int length) in Sizes.Where(size => settings.Wants(size.Name)))
            {
                await benchmark.MeasureAsync(settings, size, files, length);
            }

            if (settings.Wants("joined"))
            {
                await benchmark.MeasureJoinedAsync(settings);
            }

            if (settings.Wants("latency"))
            {
                await benchmark.MeasureLatencyAsync(settings);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(storeFolder, recursive: true);
        }
    }

    /// <summary>The other process: says that it is ready, and works on the migration that it finds.</summary>
    /// <param name="store">The store.</param>
    /// <param name="way"><c>join</c> one that runs; <c>low</c>: begin one of low priority; <c>peak</c>: begin one, and tell what memory it took.</param>
    public static async Task WorkAsync(string store, string way)
    {
        await using TenantEncryptionService service = await OpenAsync(store);
        await using (DataSession warm = service.Data.BeginSession())
        {
            await warm.UnprotectValueAsync(await warm.ProtectValueAsync(Tenant, new byte[16]));
        }

        if (way == "join")
        {
            await WarmAsync(store + "-warm");
        }

        Console.WriteLine("ready");
        if (way == "low")
        {
            await Console.In.ReadLineAsync();
            await StartAsync(service, new KeyMigrationOptions { LowPriority = true });
            return;
        }

        if (way == "peak")
        {
            double peak = await PeakMemory.MebiBytesAsync(() => StartAsync(service, new KeyMigrationOptions()));
            Console.WriteLine(peak.ToString("0.0", CultureInfo.InvariantCulture));
            return;
        }

        while (true)
        {
            if ((await service.Migrations.ListAsync(Tenant)).FirstOrDefault(one => one.State == MigrationState.InProgress) is { } running)
            {
                await service.Migrations.JoinAsync(running.Id, new MigrationRunOptions { DegreeOfParallelism = 1 });
                return;
            }

            await Task.Delay(5);
        }
    }

    // A process that joins is as warm then as the one that it joins.
    private static async Task WarmAsync(string folder)
    {
        var benchmark = new ReencryptBenchmark(Directory.CreateDirectory(folder).FullName, Directory.CreateDirectory(folder + "-store").FullName);
        await benchmark.FillAsync(2_000, 64 << 10);
        for (int round = 0; round < WarmUp; round++)
        {
            await using TenantEncryptionService service = await benchmark.NewAsync();
            await benchmark.ProtectAsync(service);
            await service.Keys.RotateAsync(Tenant);
            await StartAsync(service, new KeyMigrationOptions { DegreeOfParallelism = 1 });
        }

        Directory.Delete(folder, recursive: true);
        Directory.Delete(folder + "-store", recursive: true);
    }

    private async Task MeasureAsync(Settings settings, string size, int files, int length)
    {
        await FillAsync(files, length);
        var protecting = new List<Measurement>();
        var anew = new List<Measurement>();
        for (int round = -WarmUp; round < settings.Rounds; round++)
        {
            await using TenantEncryptionService service = await NewAsync();
            Measurement written = await Measurement.OfAsync(() => ProtectAsync(service));
            await service.Keys.RotateAsync(Tenant);
            Measurement again = await Measurement.OfAsync(() => StartAsync(service, new KeyMigrationOptions()));
            if (round >= 0)
            {
                protecting.Add(written);
                anew.Add(again);
            }
        }

        string peak = await PeakAsync();
        Report.Title($"{files} files of {size} in {settings.Folder}, store in {settings.StoreFolder}, medians of {settings.Rounds}");
        Report.Table("work", "files/s", "MiB/s", "rate of protect", "least processor seconds", "of protect", "of them kernel", "memory above idle, MiB");
        foreach ((string work, List<Measurement> rounds) in new[] { ("protect", protecting), ("reencrypt", anew) })
        {
            (Measurement median, Measurement least) = (Measured.Median(rounds), Measured.Least(rounds));
            Report.Row(
                work,
                (int)(files / median.Seconds),
                files / median.Seconds * length / (1 << 20),
                Measured.Median(protecting).Seconds / median.Seconds,
                least.ProcessorSeconds,
                Measured.Least(protecting).ProcessorSeconds / least.ProcessorSeconds,
                least.KernelSeconds,
                work == "reencrypt" ? peak : "-");
        }
    }

    // In a process of its own, whose pools hold nothing yet.
    private async Task<string> PeakAsync()
    {
        await using TenantEncryptionService service = await NewAsync();
        await ProtectAsync(service);
        await service.Keys.RotateAsync(Tenant);
        using Process other = await OtherAsync("peak");
        string peak = (await other.StandardOutput.ReadLineAsync())!;
        await other.WaitForExitAsync();
        return peak;
    }

    private async Task MeasureJoinedAsync(Settings settings)
    {
        await FillAsync(JoinedFiles, 64 << 10);
        var alone = new List<double>();
        var joined = new List<double>();
        for (int round = -WarmUp; round < settings.Rounds; round++)
        {
            foreach (bool byTwo in (bool[])[false, true])
            {
                await using TenantEncryptionService service = await NewAsync();
                await ProtectAsync(service);
                await service.Keys.RotateAsync(Tenant);
                using Process? other = byTwo ? await OtherAsync("join") : null;
                Measurement took = await Measurement.OfAsync(() => StartAsync(service, new KeyMigrationOptions { DegreeOfParallelism = byTwo ? 1 : 2 }));
                if (other is not null)
                {
                    await other.WaitForExitAsync();
                }

                if (round >= 0)
                {
                    (byTwo ? joined : alone).Add(took.Seconds);
                }
            }
        }

        Report.Title($"{JoinedFiles:N0} files of 64 KiB written anew in {settings.Folder}, medians of {settings.Rounds}");
        Report.Table("work", "seconds", "rate of one process");
        Report.Row("one process, two threads", Median(alone), 1.0);
        Report.Row("two processes, a thread each", Median(joined), Median(alone) / Median(joined));
    }

    private async Task MeasureLatencyAsync(Settings settings)
    {
        await FillAsync(4_000, 64 << 10);
        var alone = new List<double>();
        var beside = new List<double>();
        for (int round = -WarmUp; round < settings.Rounds; round++)
        {
            await using TenantEncryptionService service = await NewAsync();
            await ProtectAsync(service);
            await service.Keys.RotateAsync(Tenant);
            double quiet = await LatencyAsync(service, until: null);
            using Process other = await OtherAsync("low");
            await other.StandardInput.WriteLineAsync();
            double busy = await LatencyAsync(service, other);
            bool wasBusy = !other.HasExited;
            await other.WaitForExitAsync();
            if (round >= 0 && wasBusy)
            {
                alone.Add(quiet);
                beside.Add(busy);
            }
        }

        Report.Title($"a value of 100 bytes protected and read, 99th percentile of a second's, medians of {beside.Count}");
        Report.Table("work", "µs", "of alone");
        Report.Row("alone", Median(alone), 1.0);
        Report.Row("beside a Reencrypt of low priority", Median(beside), Median(beside) / Median(alone));
    }

    private static async Task<double> LatencyAsync(TenantEncryptionService service, Process? until)
    {
        byte[] value = new byte[100];
        var ticks = new List<long>(200_000);
        await using DataSession session = service.Data.BeginSession();
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(1) && until is not { HasExited: true })
        {
            long before = Stopwatch.GetTimestamp();
            await session.UnprotectValueAsync(await session.ProtectValueAsync(Tenant, value));
            ticks.Add(Stopwatch.GetTimestamp() - before);
        }

        ticks.Sort();
        return Stopwatch.GetElapsedTime(0, ticks[(int)(ticks.Count * 0.99)]).TotalMicroseconds;
    }

    private async Task<Process> OtherAsync(string way)
    {
        Process other = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [.. Environment.ProcessPath!.Contains("dotnet", StringComparison.Ordinal) ? (string[])["exec", typeof(ReencryptBenchmark).Assembly.Location] : [], "reencrypt-work", CurrentStore, way])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        await other.StandardOutput.ReadLineAsync();
        return other;
    }

    private async Task FillAsync(int files, int length)
    {
        await Tool.RunAsync("rm", ["-rf", _plain]);
        Directory.CreateDirectory(_plain);
        for (int i = 0; i < files; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_plain, i.ToString("00000", CultureInfo.InvariantCulture)), RandomNumberGenerator.GetBytes(length));
        }
    }

    private string CurrentStore => Path.Combine(storeFolder, _stores.ToString(CultureInfo.InvariantCulture));

    private async Task<TenantEncryptionService> NewAsync()
    {
        await Tool.RunAsync("rm", ["-rf", _messages]);
        Directory.CreateDirectory(_messages);
        _stores++;
        TenantEncryptionService service = await OpenAsync(CurrentStore);
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        return service;
    }

    private static Task<TenantEncryptionService> OpenAsync(string store) => TenantEncryptionService.OpenAsync(
        new SqliteStore(store), new AwsKms(), new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(store + "-root"), LogHeadFolder = store + "-root" });

    private async Task ProtectAsync(TenantEncryptionService service)
    {
        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
            Tenant, FilePlanner.ForProtect([_plain], _messages, outFile: null, recurse: true)))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }
    }

    private static async Task StartAsync(TenantEncryptionService service, KeyMigrationOptions options)
    {
        KeyProvider active = await service.Providers.ResolveAsync("Internal", Tenant);
        KeyMigration done = await service.Migrations.StartAsync(Tenant, active.Id, options with { Mode = MigrationMode.Reencrypt });
        if (done is not { State: MigrationState.Completed, Failed: 0, Done: > 0 })
        {
            throw new InvalidOperationException($"{done.State}: {done.Done} done, {done.Failed} failed.");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
