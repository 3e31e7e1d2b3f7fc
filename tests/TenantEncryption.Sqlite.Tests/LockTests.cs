using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>A database that another program has locked.</summary>
public sealed class LockTests
{
    [Fact]
    public async Task A_store_that_another_program_locks_is_refused_when_the_time_is_up()
    {
        await using var store = new TemporaryStore(new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(200) });
        await store.Database.OpenAsync();
        using SqliteConnection other = store.Connect();
        using SqliteTransaction locking = other.BeginTransaction();
        long start = Stopwatch.GetTimestamp();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.Store.BeginAsync(StoreAccess.Write, StoreScope.All));

        Assert.Equal(ErrorCodes.StoreLocked, refused.Code);
        Assert.Contains(store.DatabaseFile, refused.Message);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 190, 10_000);
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("readers go on")));

        locking.Rollback();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
    }

    [Fact]
    public async Task Waiting_for_another_program_can_be_cancelled()
    {
        await using var store = new TemporaryStore();
        await store.Database.OpenAsync();
        using SqliteConnection other = store.Connect();
        using SqliteTransaction locking = other.BeginTransaction();
        using var cancellation = new CancellationTokenSource();

        Task<IStoreTransaction> waiting = store.Store.BeginAsync(StoreAccess.Write, StoreScope.All, cancellation.Token);
        Assert.False(waiting.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
