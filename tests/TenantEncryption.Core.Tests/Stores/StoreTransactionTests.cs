using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

namespace TenantEncryption.Core.Tests.Stores;

public sealed class StoreTransactionTests
{
    private static readonly SqliteStoreOptions Impatient = new() { BusyTimeout = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task Without_a_commit_nothing_changes()
    {
        await using var store = new TemporaryStore();
        await using (IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write))
        {
            await transaction.Settings.SetAsync("a", [1]);
        }

        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_changes_nothing_and_lets_the_next_writer_in()
    {
        await using var store = new TemporaryStore();
        IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write);
        await transaction.Settings.SetAsync("a", [1]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.CommitAsync(new CancellationToken(canceled: true)));

        await store.WriteAsync(t => t.Settings.SetAsync("b", [2]));
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_reader_sees_the_store_as_it_was_when_it_began()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        await using IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read);

        await store.WriteAsync(t => t.Settings.SetAsync("a", [2]));

        Assert.Equal(new byte[] { 1 }, await reader.Settings.GetAsync("a"));
        Assert.Equal(new byte[] { 2 }, await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_writer_sees_its_own_changes_and_others_do_not_yet()
    {
        await using var store = new TemporaryStore();
        await using IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write);
        await writer.Settings.SetAsync("a", [1]);

        Assert.Equal(new byte[] { 1 }, await writer.Settings.GetAsync("a"));
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_reading_transaction_changes_nothing()
    {
        await using var store = new TemporaryStore();
        await using IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read);

        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.Settings.SetAsync("a", [1]));
    }

    [Fact]
    public async Task An_ended_transaction_is_refused()
    {
        await using var store = new TemporaryStore();
        IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write);
        await transaction.CommitAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => transaction.Settings.GetAsync("a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => transaction.CommitAsync());
    }

    [Fact]
    public async Task A_store_that_another_program_locks_is_refused_when_the_time_is_up()
    {
        await using var store = new TemporaryStore(Impatient);
        await store.Store.OpenAsync();
        using SqliteConnection other = store.Connect();
        using SqliteTransaction locking = other.BeginTransaction();
        long start = Stopwatch.GetTimestamp();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Write));

        Assert.Equal(ErrorCodes.StoreLocked, refused.Code);
        Assert.Contains(store.DatabaseFile, refused.Message);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 190, 10_000);
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("readers go on")));

        locking.Rollback();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
    }

    [Fact]
    public async Task A_writer_of_the_same_process_is_waited_for_no_longer()
    {
        await using var store = new TemporaryStore(Impatient);
        await using var same = new SqliteStore(store.Folder, Impatient);
        await using IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write);

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => same.BeginAsync(StoreAccess.Write));

        Assert.Equal(ErrorCodes.StoreLocked, refused.Code);
    }

    [Fact]
    public async Task Waiting_for_another_program_can_be_cancelled()
    {
        await using var store = new TemporaryStore();
        await store.Store.OpenAsync();
        using SqliteConnection other = store.Connect();
        using SqliteTransaction locking = other.BeginTransaction();
        using var cancellation = new CancellationTokenSource();

        Task<IStoreTransaction> waiting = store.Store.BeginAsync(StoreAccess.Write, cancellation.Token);
        Assert.False(waiting.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Waiting_for_a_writer_of_the_same_process_can_be_cancelled()
    {
        await using var store = new TemporaryStore();
        using var cancellation = new CancellationTokenSource();
        await using (IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write))
        {
            Task<IStoreTransaction> waiting = store.Store.BeginAsync(StoreAccess.Write, cancellation.Token);
            Assert.False(waiting.IsCompleted);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await store.WriteAsync(t => t.Settings.SetAsync("the next one", [1]));
    }

    [Fact]
    public async Task Writers_of_one_process_take_turns()
    {
        await using var store = new TemporaryStore();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => store.WriteAsync(async t =>
        {
            long next = ((await t.Events.LastAsync())?.Sequence ?? 0) + 1;
            await t.Events.AppendAsync(Sample.Event(next));
        }))));

        Assert.Equal(64, (await store.ReadAsync(t => t.Events.LastAsync()))!.Sequence);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_transaction_leaves_nothing()
    {
        await using var store = new TemporaryStore(new SqliteStoreOptions { MaxPageCount = 100 });
        await store.WriteAsync(t => t.Settings.SetAsync("before", [1]));

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(async t =>
        {
            for (int i = 0; i < 200; i++)
            {
                await t.Settings.SetAsync(i.ToString(CultureInfo.InvariantCulture), new byte[4096]);
            }
        }));

        Assert.Equal(ErrorCodes.StorageFailed, refused.Code);
        Assert.Contains("full", refused.Message);
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("0")));
        await store.WriteAsync(t => t.Settings.SetAsync("after", [1]));
    }

    [Fact]
    public async Task A_transaction_that_SQLite_rolled_back_does_not_go_on()
    {
        await using var store = new TemporaryStore(new SqliteStoreOptions { MaxPageCount = 100 });
        await using IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write);
        await transaction.Settings.SetAsync("before", [1]);
        await Assert.ThrowsAsync<TenantEncryptionException>(() => transaction.Settings.SetAsync("too large", new byte[1_000_000]));

        Exception? later = await Record.ExceptionAsync(async () =>
        {
            await transaction.Settings.SetAsync("after", [1]);
            await transaction.CommitAsync();
        });

        // All or nothing: either the statement alone was undone, or the transaction was and nothing of it may stay.
        byte[]? before = await store.ReadAsync(t => t.Settings.GetAsync("before"));
        byte[]? after = await store.ReadAsync(t => t.Settings.GetAsync("after"));
        Assert.Equal(later is null, before is not null);
        Assert.Equal(later is null, after is not null);
    }
}
