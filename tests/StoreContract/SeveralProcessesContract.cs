using System.Diagnostics;
using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

/// <summary>A store that several processes write to: those of <c>tests/StoreHammer</c>, which stands beside the tests.</summary>
public abstract class SeveralProcessesContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task Processes_that_write_at_once_lose_no_reservation_and_leave_no_gap_in_the_log()
    {
        await using TStore store = await WithKeyAsync();
        Process[] hammers = [.. Enumerable.Range(0, 4).Select(_ => Start("append", store.Address, "50"))];

        int[] ids = [.. hammers.Select(hammer => hammer.Id)];
        foreach (Process hammer in hammers)
        {
            Assert.Equal(string.Empty, await hammer.StandardError.ReadToEndAsync());
            await hammer.WaitForExitAsync();
            Assert.Equal(0, hammer.ExitCode);
            hammer.Dispose();
        }

        await AssertConsistentAsync(store, expected: 200, ids);
    }

    [Fact]
    public async Task No_claim_under_an_old_epoch_slips_past_the_raise_that_ended_it()
    {
        await using TStore store = await WithKeyAsync();
        Process[] hammers = [.. Enumerable.Range(0, 3).Select(_ => Start("claim", store.Address, "60")), Start("raise", store.Address, "60")];
        foreach (Process hammer in hammers)
        {
            Assert.Equal(string.Empty, await hammer.StandardError.ReadToEndAsync());
            await hammer.WaitForExitAsync();
            Assert.Equal(0, hammer.ExitCode);
            hammer.Dispose();
        }

        IReadOnlyList<StoredEvent> events = await store.ReadAsync(t => t.Events.ListChainAsync("acme", 0, int.MaxValue));
        long epoch = 3;
        foreach (JObject one in events.Select(one => JObject.Parse(one.Json)))
        {
            epoch += one["type"]!.Value<string>() == "com.example.raise" ? 1 : 0;
            Assert.Equal(epoch, one["epoch"]!.Value<long>());
        }

        Assert.Equal(240, events.Count);
    }

    [Fact]
    public async Task A_process_that_is_killed_in_its_transaction_leaves_the_store_as_it_was_and_unlocked()
    {
        await using TStore store = await WithKeyAsync();
        using Process hammer = Start("hold", store.Address);
        Assert.Equal("holding", await hammer.StandardOutput.ReadLineAsync());

        await KillAsync(hammer);

        await AssertConsistentAsync(store, expected: 0, [hammer.Id]);
        await store.WriteAsync(t => t.Events.AppendAsync(Sample.Event(1)));
    }

    [Fact]
    public async Task A_process_that_is_killed_at_any_moment_leaves_the_store_consistent()
    {
        await using TStore store = await WithKeyAsync();
        var ids = new List<int>();
        for (int round = 1; round <= 3; round++)
        {
            using Process hammer = Start("append", store.Address, "1000000");
            long target = await CountAsync(store) + (round * 7);
            while (await CountAsync(store) < target)
            {
                Assert.False(hammer.HasExited);
                await Task.Yield();
            }

            await KillAsync(hammer);
            ids.Add(hammer.Id);
            await AssertConsistentAsync(store, expected: await CountAsync(store), ids);
        }
    }

    private static async Task<TStore> WithKeyAsync()
    {
        var store = new TStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        return store;
    }

    private static async Task<long> CountAsync(TStore store) => (await store.ReadAsync(t => t.Events.LastAsync("acme")))?.Sequence ?? 0;

    // A process names its session and its reservation by its id, and ends neither.
    private static async Task AssertConsistentAsync(TStore store, long expected, IEnumerable<int> processes)
    {
        await using (IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read, StoreScope.All))
        {
            IReadOnlyList<StoredEvent> events = await reader.Events.ListChainAsync("acme", 0, int.MaxValue);
            KeyEncryptionKey key = (await reader.Keys.FindAsync("kek-acme"))!;
            long reserved = 0;
            foreach (int process in processes)
            {
                reserved += (await reader.Keys.FindReservationAsync($"process-{process}"))?.Wraps ?? 0;
            }

            Assert.Equal(Enumerable.Range(1, (int)expected).Select(sequence => (long)sequence), events.Select(e => e.Sequence));
            Assert.Equal((expected, expected), (key.ReservedWraps, reserved));
        }

        await store.AssertSoundAsync();
    }

    private static Process Start(params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string program = Path.Combine(AppContext.BaseDirectory, "StoreHammer.dll");
        return Process.Start(new ProcessStartInfo(host, ["exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }
}
