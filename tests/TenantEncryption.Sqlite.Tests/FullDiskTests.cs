using System.Globalization;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>A database that can't grow.</summary>
public sealed class FullDiskTests
{
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
        await using IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All);
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
