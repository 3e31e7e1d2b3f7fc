using System.Diagnostics;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Chaos;

/// <summary>Rounds of workers that are killed while they work, with a verification after each round.</summary>
internal static class Rounds
{
    private const int WorkersAtOnce = 2;

    /// <summary>Runs rounds until the time is over.</summary>
    /// <param name="seed">What is random follows from it.</param>
    /// <param name="duration">The time.</param>
    /// <param name="platformKey">Whether the root is sealed under a key of the platform's.</param>
    /// <returns>0 when nothing was lost, else 1.</returns>
    public static async Task<int> RunAsync(int seed, TimeSpan duration, bool platformKey = false)
    {
        long begun = Stopwatch.GetTimestamp();
        string folder = Directory.CreateTempSubdirectory("tenc-chaos-").FullName;
        try
        {
            await using LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
            var scene = new Scene(folder, kms.Url);
            await PrepareAsync(scene, platformKey);
            var random = new Random(seed);
            int round = 0;
            do
            {
                round++;
                await KillWorkersAsync(scene, random);
                IReadOnlyList<string> faults = await Verification.RunAsync(scene);
                if (faults.Count > 0)
                {
                    Console.WriteLine($"seed {seed}, round {round}: {faults.Count} faults\n{string.Join('\n', faults.Take(20))}");
                    return 1;
                }
            }
            while (Stopwatch.GetElapsedTime(begun) < duration);

            Console.WriteLine($"seed {seed}: {round} rounds of {WorkersAtOnce} killed workers, nothing lost. {await Verification.DescribeAsync(scene)}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PrepareAsync(Scene scene, bool platformKey)
    {
        using var aws = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonKeyManagementServiceConfig { ServiceURL = scene.KmsUrl, AuthenticationRegion = "eu-west-1" });
        if (platformKey)
        {
            scene.UsePlatformKey((await aws.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn);
        }

        await using TenantEncryptionService service = await scene.OpenAsync();
        foreach (string tenant in Scene.Tenants)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = tenant, KeyLease = tenant == Scene.Tenants[1] ? TimeSpan.Zero : null });
            foreach (string name in new[] { "First", "Second" })
            {
                await service.Providers.RegisterAsync(new NewKeyProvider
                {
                    TenantId = tenant,
                    Name = name,
                    KeyIdentifier = (await aws.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn,
                    Connection = new KmsConnection { EndpointUrl = scene.KmsUrl },
                });
            }
        }
    }

    // Each worker is killed at an instant of its own, in an operation that is counted, so that a slow machine sees as many; Process.Kill is SIGKILL on Unix: the process runs nothing any more.
    private static async Task KillWorkersAsync(Scene scene, Random random)
    {
        var kills = new List<Task>();
        for (int i = 0; i < WorkersAtOnce; i++)
        {
            kills.Add(KillOneAsync(scene, random.Next(), operations: random.Next(1, 16), TimeSpan.FromMilliseconds(random.Next(80))));
        }

        await Task.WhenAll(kills);
    }

    private static async Task KillOneAsync(Scene scene, int seed, int operations, TimeSpan after)
    {
        using Process worker = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", typeof(Rounds).Assembly.Location, "work", scene.Root, scene.KmsUrl, $"{seed}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = worker.StandardError.ReadToEndAsync();
        for (int begun = 0; begun < operations; begun++)
        {
            await worker.StandardOutput.ReadLineAsync();
        }

        await Task.WhenAny(Task.Delay(after), worker.WaitForExitAsync());
        if (worker.HasExited)
        {
            throw new InvalidOperationException($"A worker ended by itself: {await errors}");
        }

        worker.Kill();
        await worker.WaitForExitAsync();
    }
}
