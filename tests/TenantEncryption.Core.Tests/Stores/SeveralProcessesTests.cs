using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Core.Tests.Stores;

public sealed class SeveralProcessesTests
{
    [Fact]
    public async Task Processes_that_write_at_once_lose_no_reservation_and_leave_no_gap_in_the_log()
    {
        await using TemporaryStore store = await WithKeyAsync();
        Process[] hammers = [.. Enumerable.Range(0, 4).Select(_ => Start("append", store.Folder, "50"))];

        foreach (Process hammer in hammers)
        {
            Assert.Equal(string.Empty, await hammer.StandardError.ReadToEndAsync());
            await hammer.WaitForExitAsync();
            Assert.Equal(0, hammer.ExitCode);
            hammer.Dispose();
        }

        await AssertConsistentAsync(store, expected: 200);
    }

    [Fact]
    public async Task A_process_that_is_killed_in_its_transaction_leaves_the_store_as_it_was_and_unlocked()
    {
        await using TemporaryStore store = await WithKeyAsync();
        using Process hammer = Start("hold", store.Folder);
        Assert.Equal("holding", await hammer.StandardOutput.ReadLineAsync());

        await KillAsync(hammer);

        await AssertConsistentAsync(store, expected: 0);
        await store.WriteAsync(t => t.Events.AppendAsync(Sample.Event(1)));
    }

    [Fact]
    public async Task A_process_that_is_killed_at_any_moment_leaves_the_store_consistent()
    {
        await using TemporaryStore store = await WithKeyAsync();
        for (int round = 1; round <= 3; round++)
        {
            using Process hammer = Start("append", store.Folder, "1000000");
            long target = await CountAsync(store) + (round * 7);
            while (await CountAsync(store) < target)
            {
                Assert.False(hammer.HasExited);
                await Task.Yield();
            }

            await KillAsync(hammer);
            await AssertConsistentAsync(store, expected: await CountAsync(store));
        }
    }

    private static async Task<TemporaryStore> WithKeyAsync()
    {
        var store = new TemporaryStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        return store;
    }

    private static async Task<long> CountAsync(TemporaryStore store) => (await store.ReadAsync(t => t.Events.LastAsync()))?.Sequence ?? 0;

    private static async Task AssertConsistentAsync(TemporaryStore store, long expected)
    {
        await using IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read);
        IReadOnlyList<StoredEvent> events = await reader.Events.ListAsync(new EventFilter(), int.MaxValue);
        KeyEncryptionKey key = (await reader.Keys.FindAsync("kek-acme"))!;
        Assert.Equal(Enumerable.Range(1, (int)expected).Select(sequence => (long)sequence), events.Select(e => e.Sequence));
        Assert.Equal(expected, key.ReservedWraps);

        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
        command.CommandText = "SELECT coalesce(sum(wraps), 0) FROM wrap_reservations";
        Assert.Equal(expected, command.ExecuteScalar());
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
