using System.Diagnostics;
using TenantEncryption.Anchors;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Testing;

namespace TenantEncryption.StoreContract;

/// <summary>Several services on a store, of which one makes each anchor.</summary>
public abstract class AnchorElectionContract<TStore>
    where TStore : StoreUnderTest, new()
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(-3600)]
    [InlineData(-61)]
    [InlineData(61)]
    [InlineData(3600)]
    public async Task A_machine_whose_clock_is_wrong_makes_an_anchor_when_it_is_due_and_no_sooner_or_later(int secondsAhead)
    {
        await using var store = new TStore();
        using var folder = new TemporaryFolder();
        await using TenantEncryptionService right = await OpenAsync(store, folder, store.Time);
        await right.Tenants.CreateAsync(new() { TenantId = "acme" });
        var clock = new ManualTimeProvider();
        clock.StepWallClock(TimeSpan.FromSeconds(secondsAhead));
        await using TenantEncryptionService wrong = await OpenAsync(store, folder, clock);
        foreach ((TenantEncryptionService first, TenantEncryptionService second) in new[] { (right, wrong), (wrong, right) })
        {
            await right.Keys.RotateAsync("acme");
            long number = (await first.Anchors.MakeAsync()).Number;
            await right.Keys.RotateAsync("acme");

            store.Time.Advance(Interval - TimeSpan.FromSeconds(1));
            Assert.Equal(number, (await second.Anchors.MakeAsync(null, Interval)).Number);
            store.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(number + 1, (await second.Anchors.MakeAsync(null, Interval)).Number);
        }
    }

    [Fact]
    public async Task Of_many_that_come_at_once_one_makes_it()
    {
        await using var store = new TStore();
        using var folder = new TemporaryFolder();
        TenantEncryptionService[] services = [await OpenAsync(store, folder, store.Time), await OpenAsync(store, folder, store.Time), await OpenAsync(store, folder, store.Time)];
        await services[0].Tenants.CreateAsync(new() { TenantId = "acme" });
        for (int number = 1; number <= 3; number++)
        {
            await services[0].Keys.RotateAsync("acme");
            store.Time.Advance(Interval);

            Anchor[] made = await Task.WhenAll(Enumerable.Range(0, 9).Select(turn => Task.Run(() => services[turn % 3].Anchors.MakeAsync(null, Interval))));

            Assert.All(made, anchor => Assert.Equal(number, anchor.Number));
        }

        foreach (TenantEncryptionService service in services)
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task Of_several_processes_one_makes_each_anchor_and_another_goes_on_when_that_one_is_killed()
    {
        await using var store = new TStore();
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "anchors.jsonl");
        await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(store.Another(), NoKms, OptionsOf(folder, TimeProvider.System));
        await service.Tenants.CreateAsync(new() { TenantId = "acme" });
        List<Process> processes = [.. Enumerable.Range(0, 3).Select(_ => Start("anchor", store.Address, folder.Path, file))];
        try
        {
            foreach (Process process in processes)
            {
                Assert.Equal("open", await process.StandardOutput.ReadLineAsync());
            }

            await ReachAsync(3);
            for (int kill = 0; kill < 2; kill++)
            {
                string? maker = (await MadeAsync())[^1].UserId;
                Process elected = processes.Single(process => $"process-{process.Id}" == maker);
                processes.Remove(elected);
                elected.Kill();
                await elected.WaitForExitAsync();
                elected.Dispose();
                int before = (await MadeAsync()).Count;
                await ReachAsync(before + 2);
                Assert.All((await MadeAsync()).Skip(before), made => Assert.NotEqual(maker, made.UserId));
            }
        }
        finally
        {
            foreach (Process process in processes)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        // Whoever was killed between making an anchor and putting it into the file left that to the next one; after the last there is none.
        Anchor last = await service.Anchors.MakeAsync(new AnchorPlaces { Path = file });
        List<EncryptionEvent> all = await MadeAsync();
        Assert.Equal(Enumerable.Range(1, (int)last.Number), (await File.ReadAllLinesAsync(file)).Select((_, index) => index + 1));
        Assert.All(all.Zip(all.Skip(1)).SkipLast(1), pair => Assert.True(pair.Second.Time - pair.First.Time > TimeSpan.FromSeconds(0.9), $"{pair.First.Time:O} {pair.Second.Time:O}"));
        Assert.True((await service.Events.VerifyAsync(anchors: [AnchorEvidence.OfFile(file)])).Success);

        async Task<List<EncryptionEvent>> MadeAsync()
        {
            var made = new List<EncryptionEvent>();
            await foreach (EncryptionEvent one in service.Events.ListAsync(new EventFilter()))
            {
                if (one.Type.EndsWith("." + EventTypes.AnchorMade, StringComparison.Ordinal))
                {
                    made.Add(one);
                }
            }

            return made;
        }

        async Task ReachAsync(int count)
        {
            var patience = Stopwatch.StartNew();
            while ((await MadeAsync()).Count < count)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), $"anchor {count} does not come");
                await service.Keys.RotateAsync("acme");
            }
        }
    }

    private static Task<TenantEncryptionService> OpenAsync(TStore store, TemporaryFolder folder, TimeProvider time) =>
        TenantEncryptionService.OpenAsync(store.Another(byTime: true), NoKms, OptionsOf(folder, time));

    private static TenantEncryptionOptions OptionsOf(TemporaryFolder folder, TimeProvider time) => new()
    {
        RootKeyVault = new FileRootKeyVault(folder.Path),
        LogHeadFolder = folder.Path,
        Actor = "tester",
        Time = time,
    };

    private static Kms.IKms NoKms() => throw new InvalidOperationException("No key is in AWS KMS.");

    private static Process Start(params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, "StoreHammer.dll"), .. arguments]) { RedirectStandardOutput = true })!;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("tenantencryption-anchors-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
