using TenantEncryption.Errors;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>Who waits for whom.</summary>
public sealed class ScopeTests
{
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Writers_of_different_tenants_do_not_wait_for_each_other()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(Sample.Tenant("acme"));
            await t.Tenants.AddAsync(Sample.Tenant("globex"));
        });
        await using IStore other = store.Another(Impatient);
        await using IStoreTransaction acme = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.Of("acme"));
        await acme.Tenants.RaiseEpochAsync("acme");

        await using IStoreTransaction globex = await other.BeginAsync(StoreAccess.Write, StoreScope.Of("globex"));
        await globex.Tenants.RaiseEpochAsync("globex");
        await globex.CommitAsync();
        await acme.CommitAsync();

        Assert.Equal([4L, 4L], (await store.ReadAsync(t => t.Tenants.ListEpochsAsync())).Values);
    }

    [Fact]
    public Task A_writer_of_all_waits_for_that_of_a_tenant() => AssertWaitsAsync(StoreScope.Of("acme"), StoreScope.All);

    [Fact]
    public Task A_writer_of_a_tenant_waits_for_that_of_all() => AssertWaitsAsync(StoreScope.All, StoreScope.Of("acme"));

    [Fact]
    public Task A_writer_of_a_tenant_that_is_new_waits_for_that_of_all() => AssertWaitsAsync(StoreScope.All, StoreScope.Of("initech"));

    [Fact]
    public Task A_writer_of_all_waits_for_that_of_a_tenant_that_is_new() => AssertWaitsAsync(StoreScope.Of("initech"), StoreScope.All);

    [Fact]
    public Task A_writer_of_a_tenant_waits_for_that_of_the_same_one() => AssertWaitsAsync(StoreScope.Of("acme"), StoreScope.Of("acme"));

    private static async Task AssertWaitsAsync(StoreScope first, StoreScope second)
    {
        await using var store = new TemporaryStore();
        await using (IStoreTransaction known = await store.Store.BeginAsync(StoreAccess.Write, StoreScope.Of("acme")))
        {
            await known.CommitAsync();
        }

        await using IStore other = store.Another(Impatient);
        await using (IStoreTransaction before = await store.Store.BeginAsync(StoreAccess.Write, first))
        {
            var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => other.BeginAsync(StoreAccess.Write, second));
            Assert.Equal(ErrorCodes.StoreLocked, refused.Code);
        }

        await using IStoreTransaction now = await other.BeginAsync(StoreAccess.Write, second);
    }
}
