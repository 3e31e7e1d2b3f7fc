using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

/// <summary>A store from one opening to the next.</summary>
public abstract class StoreOpeningContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task What_was_committed_is_there_when_the_store_is_opened_again()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        await store.Store.DisposeAsync();

        await using IStore again = store.Another();
        await using IStoreTransaction transaction = await again.BeginAsync(StoreAccess.Read, StoreScope.All);

        Assert.Equal(new byte[] { 1 }, await transaction.Settings.GetAsync("a"));
    }

    [Fact]
    public async Task A_disposed_store_begins_nothing()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));

        await store.Store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.Store.BeginAsync(StoreAccess.Read, StoreScope.All));
    }

    [Fact]
    public async Task Many_who_open_a_new_store_at_once_find_one_store()
    {
        await using var store = new TStore();
        IStore[] stores = [.. Enumerable.Range(0, 8).Select(_ => store.Another())];

        await Task.WhenAll(stores.Select(each => Task.Run(async () =>
        {
            await using IStoreTransaction transaction = await each.BeginAsync(StoreAccess.Write, StoreScope.All);
            long next = ((await transaction.Events.LastAsync("acme"))?.Sequence ?? 0) + 1;
            await transaction.Events.AppendAsync(Sample.Event(next));
            await transaction.CommitAsync();
            await each.DisposeAsync();
        })));

        Assert.Equal(8, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
    }
}
