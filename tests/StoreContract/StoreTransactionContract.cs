using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

public abstract class StoreTransactionContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task Without_a_commit_nothing_changes()
    {
        await using var store = new TStore();
        await using (IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All))
        {
            await transaction.Settings.SetAsync("a", [1]);
        }

        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_changes_nothing_and_lets_the_next_writer_in()
    {
        await using var store = new TStore();
        IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All);
        await transaction.Settings.SetAsync("a", [1]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.CommitAsync(new CancellationToken(canceled: true)));

        await store.WriteAsync(t => t.Settings.SetAsync("b", [2]));
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_reader_sees_the_store_as_it_was_when_it_began()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Settings.SetAsync("a", [1]));
        await using IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read, StoreScope.All);

        await store.WriteAsync(t => t.Settings.SetAsync("a", [2]));

        Assert.Equal(new byte[] { 1 }, await reader.Settings.GetAsync("a"));
        Assert.Equal(new byte[] { 2 }, await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_writer_sees_its_own_changes_and_others_do_not_yet()
    {
        await using var store = new TStore();
        await using IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All);
        await writer.Settings.SetAsync("a", [1]);

        Assert.Equal(new byte[] { 1 }, await writer.Settings.GetAsync("a"));
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("a")));
    }

    [Fact]
    public async Task A_reading_transaction_changes_nothing()
    {
        await using var store = new TStore();
        await using IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read, StoreScope.All);

        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.Settings.SetAsync("a", [1]));
    }

    [Fact]
    public async Task An_ended_transaction_is_refused()
    {
        await using var store = new TStore();
        IStoreTransaction transaction = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All);
        await transaction.CommitAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => transaction.Settings.GetAsync("a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => transaction.CommitAsync());
    }

    [Fact]
    public async Task A_writer_of_the_same_process_is_waited_for_no_longer()
    {
        await using var store = new TStore();
        await using IStore same = store.Another(TimeSpan.FromMilliseconds(200));
        await using IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All);

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => same.BeginAsync(StoreAccess.Write, StoreScope.All));

        Assert.Equal(ErrorCodes.StoreLocked, refused.Code);
    }

    [Fact]
    public async Task Waiting_for_a_writer_of_the_same_process_can_be_cancelled()
    {
        await using var store = new TStore();
        using var cancellation = new CancellationTokenSource();
        await using (IStoreTransaction writer = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.All))
        {
            Task<IStoreTransaction> waiting = store.Store.BeginAsync(StoreAccess.Write, StoreScope.All, cancellation.Token);
            Assert.False(waiting.IsCompleted);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await store.WriteAsync(t => t.Settings.SetAsync("the next one", [1]));
    }

    [Fact]
    public async Task Writers_of_one_process_take_turns()
    {
        await using var store = new TStore();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => store.WriteAsync(async t =>
        {
            long next = ((await t.Events.LastAsync("acme"))?.Sequence ?? 0) + 1;
            await t.Events.AppendAsync(Sample.Event(next));
        }))));

        Assert.Equal(64, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
    }

}
