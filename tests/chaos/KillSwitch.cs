using System.Diagnostics;
using System.Globalization;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Data;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Chaos;

/// <summary>
/// The customer's switch: processes read values all the time, the master key is disabled, and each tells when it read for the last time. Meanwhile one of
/// them is stopped (SIGSTOP) until the lease has passed, and another's clock is set back by an hour.
/// </summary>
internal static class KillSwitch
{
    private const int Grace = 1; // A second beyond the lease, which is looked at once a second.

    // In the order of Scene.Tenants: the second has no lease.
    private const int Leased = 0;
    private const int Unleased = 1;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <param name="processes">How many read, three or more.</param>
    /// <param name="rate">Reads a second of all together.</param>
    /// <param name="lease">The first tenant's lease.</param>
    /// <returns>0 when nothing was read too late, else 1.</returns>
    public static async Task<int> RunAsync(int processes, int rate, TimeSpan lease)
    {
        string folder = Directory.CreateTempSubdirectory("tenc-switch-").FullName;
        var readers = new List<Process>();
        try
        {
            await using LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
            var scene = new Scene(folder, kms.Url);
            using var aws = new AmazonKeyManagementServiceClient(
                new BasicAWSCredentials("local", "local"), new AmazonKeyManagementServiceConfig { ServiceURL = kms.Url, AuthenticationRegion = "eu-west-1" });
            string key = (await aws.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
            await PrepareAsync(scene, key, lease);
            for (int i = 0; i < processes; i++)
            {
                readers.Add(Start(scene, rate / processes));
            }

            foreach (Process reader in readers)
            {
                await reader.StandardOutput.ReadLineAsync();
            }

            await Task.Delay(Before);
            await SignalAsync(readers[0], "STOP");
            await readers[1].StandardInput.WriteLineAsync("set back");
            await aws.DisableKeyAsync(new DisableKeyRequest { KeyId = key });
            long shut = Stopwatch.GetTimestamp();
            await Task.Delay(lease + TimeSpan.FromSeconds(Grace + 1));
            await SignalAsync(readers[0], "CONT");
            await Task.Delay(Before);
            return Judge(await Task.WhenAll(readers.Select(AskAsync)), shut, lease);
        }
        finally
        {
            foreach (Process reader in readers)
            {
                reader.Kill();
                await reader.WaitForExitAsync();
                reader.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One reader. It tells, when asked: for each tenant how often it read, when the last read that came to something began and ended, and what it was refused with since.</summary>
    public static async Task ReadAsync(Scene scene, int rate)
    {
        var clock = new SetBackClock();
        await using TenantEncryptionService service = await scene.OpenAsync(clock);
        byte[][] values = await Task.WhenAll(Scene.Tenants.Select(tenant => File.ReadAllBytesAsync(ValueOf(scene, tenant))));
        var read = new (long Count, long Begun, long Ended, string Code)[values.Length];
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        Task reading = Task.Run(async () =>
        {
            await using DataSession session = service.Data.BeginSession();
            using var pace = new PeriodicTimer(TimeSpan.FromSeconds((double)values.Length / rate));
            while (!stop.IsCancellationRequested)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    long begun = Stopwatch.GetTimestamp();
                    try
                    {
                        await session.UnprotectValueAsync(values[i]);
                        read[i] = (read[i].Count + 1, begun, Stopwatch.GetTimestamp(), "");
                    }
                    catch (TenantEncryptionException refusal)
                    {
                        read[i].Code = refusal.Code;
                    }
                }

                if (Array.TrueForAll(read, one => one.Count > 0))
                {
                    isReady.TrySetResult();
                }

                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        });
        await await Task.WhenAny(isReady.Task, reading);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() == "set back")
        {
            clock.SetBack(TimeSpan.FromHours(1));
        }

        await stop.CancelAsync();
        await reading;
        Console.WriteLine(string.Join(';', read.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Count},{one.Begun},{one.Ended},{one.Code}"))));
    }

    private static int Judge(string[] answers, long shut, TimeSpan lease)
    {
        var faults = new List<string>();
        (double latest, long reads) = (double.MinValue, 0L);
        for (int reader = 0; reader < answers.Length; reader++)
        {
            string[][] told = [.. answers[reader].Split(';').Select(tenant => tenant.Split(','))];
            foreach (string[] tenant in told)
            {
                reads += Number(tenant[0]);
                if (tenant[3] != "KEY_DISABLED")
                {
                    faults.Add($"reader {reader} was not refused with KEY_DISABLED but with '{tenant[3]}'");
                }
            }

            double ended = Stopwatch.GetElapsedTime(shut, Number(told[Leased][2])).TotalSeconds;
            latest = Math.Max(latest, ended);
            if (ended > lease.TotalSeconds + Grace)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"reader {reader} read {ended:0.0} s after the key was disabled, under a lease of {lease.TotalSeconds} s"));
            }

            if (Number(told[Unleased][1]) > shut)
            {
                faults.Add($"reader {reader} began to read after the key was disabled, without any lease");
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answers.Length} processes, {reads} reads, a lease of {lease.TotalSeconds} s: the last read {latest:0.00} s after the key was disabled, without a lease none; {faults.Count} faults"));
        faults.ForEach(Console.WriteLine);
        return faults.Count > 0 ? 1 : 0;
    }

    private static async Task PrepareAsync(Scene scene, string key, TimeSpan lease)
    {
        await using TenantEncryptionService service = await scene.OpenAsync();
        foreach (string tenant in Scene.Tenants)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = tenant, KeyLease = tenant == Scene.Tenants[Unleased] ? TimeSpan.Zero : lease });
            KeyProvider provider = await service.Providers.RegisterAsync(new NewKeyProvider
            {
                TenantId = tenant,
                Name = "First",
                KeyIdentifier = key,
                Connection = new KmsConnection { EndpointUrl = scene.KmsUrl },
            });
            await service.Providers.EnableAsync(provider.Id);
            await using DataSession session = service.Data.BeginSession();
            await File.WriteAllBytesAsync(ValueOf(scene, tenant), await session.ProtectValueAsync(tenant, "a value"u8.ToArray()));
        }
    }

    private static string ValueOf(Scene scene, string tenant) => Path.Combine(scene.Root, tenant + ".value");

    private static Process Start(Scene scene, int rate) => Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        ["exec", typeof(KillSwitch).Assembly.Location, "read", scene.Root, scene.KmsUrl, $"{rate}"])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static async Task<string> AskAsync(Process reader)
    {
        await reader.StandardInput.WriteLineAsync("tell");
        return await reader.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("A reader ended by itself.");
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed class SetBackClock : TimeProvider
    {
        private long _back;

        public void SetBack(TimeSpan by) => Interlocked.Add(ref _back, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromTicks(Volatile.Read(ref _back));
    }
}
