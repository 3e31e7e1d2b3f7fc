using TenantEncryption.Errors;
using TenantEncryption.Tenants;

namespace TenantEncryption.StoreContract;

public abstract class TenantTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_tenant_comes_back_as_it_was_added()
    {
        await using var store = new TStore();
        EncryptionTenant tenant = Sample.Tenant("acme");
        await store.WriteAsync(transaction => transaction.Tenants.AddAsync(tenant));

        Assert.Equal(tenant, await store.ReadAsync(transaction => transaction.Tenants.FindAsync("acme")));
    }

    [Fact]
    public async Task Ids_that_differ_by_case_or_accents_are_different_tenants()
    {
        await using var store = new TStore();
        string[] ids = ["Zoë", "acme", "ACME", "Zoe"];
        foreach (string id in ids)
        {
            await store.WriteAsync(transaction => transaction.Tenants.AddAsync(Sample.Tenant(id)));
        }

        IReadOnlyList<EncryptionTenant> all = await store.ReadAsync(transaction => transaction.Tenants.ListAsync());

        Assert.Equal(["ACME", "Zoe", "Zoë", "acme"], all.Select(tenant => tenant.TenantId));
        Assert.Null(await store.ReadAsync(transaction => transaction.Tenants.FindAsync("Acme")));
    }

    [Fact]
    public async Task An_id_that_is_taken_is_refused_and_the_transaction_goes_on()
    {
        await using var store = new TStore();
        await store.WriteAsync(async transaction =>
        {
            await transaction.Tenants.AddAsync(Sample.Tenant("acme"));
            var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => transaction.Tenants.AddAsync(Sample.Tenant("acme")));
            Assert.Equal(ErrorCodes.TenantExists, refused.Code);
            await transaction.Tenants.AddAsync(Sample.Tenant("other"));
        });

        Assert.Equal(2, (await store.ReadAsync(transaction => transaction.Tenants.ListAsync())).Count);
    }

    [Fact]
    public async Task An_epoch_rises_by_one()
    {
        await using var store = new TStore();
        await store.WriteAsync(transaction => transaction.Tenants.AddAsync(Sample.Tenant("acme")));

        Assert.Equal(4, await store.WriteAsync(transaction => transaction.Tenants.RaiseEpochAsync("acme")));
        Assert.Equal(4, await store.ReadAsync(transaction => transaction.Tenants.GetEpochAsync("acme")));
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_has_no_epoch()
    {
        await using var store = new TStore();

        Assert.Null(await store.ReadAsync(transaction => transaction.Tenants.GetEpochAsync("nobody")));
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(transaction => transaction.Tenants.RaiseEpochAsync("nobody")));
        Assert.Equal(ErrorCodes.TenantNotFound, refused.Code);
    }
}
