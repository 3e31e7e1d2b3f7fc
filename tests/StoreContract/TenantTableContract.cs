using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Stores;
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
    public async Task An_update_changes_what_is_not_fixed_and_nothing_else()
    {
        await using var store = new TStore();
        EncryptionTenant before = Sample.Tenant("acme");
        EncryptionTenant bare = before with { DisplayName = null, Region = null, Edition = null, KeyLease = TimeSpan.Zero, UntracedReads = false };
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(before);
            await t.Tenants.AddAsync(Sample.Tenant("globex"));
            await t.Tenants.UpdateAsync(bare with { Platform = "other", Organization = "Other", KeyHierarchy = KeyHierarchy.Hierarchical, Epoch = 9, CreatedAt = Sample.Noon.AddDays(1) });
        });

        Assert.Equal(bare, await store.ReadAsync(t => t.Tenants.FindAsync("acme")));
        Assert.Equal(Sample.Tenant("globex"), await store.ReadAsync(t => t.Tenants.FindAsync("globex")));
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Tenants.UpdateAsync(Sample.Tenant("nobody"))));
        Assert.Equal(ErrorCodes.TenantNotFound, refused.Code);
    }

    [Fact]
    public async Task A_tenant_on_which_nothing_depends_is_removed()
    {
        await using var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(Sample.Tenant("acme"));
            await t.Tenants.AddAsync(Sample.Tenant("child") with { Parent = "acme" });
            await Sample.AddTenantWithKeyAsync(t, "globex");
        });

        foreach (string needed in new[] { "acme", "globex" })
        {
            var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Tenants.RemoveAsync(needed)));
            Assert.Equal(ErrorCodes.HasDependants, refused.Code);
        }

        await store.WriteAsync(async t =>
        {
            await t.Tenants.RemoveAsync("child");
            await t.Tenants.RemoveAsync("acme");
        });

        Assert.Equal(["globex"], await store.ReadAsync(t => t.Tenants.ListIdsAsync()));
        var unknown = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Tenants.RemoveAsync("acme")));
        Assert.Equal(ErrorCodes.TenantNotFound, unknown.Code);
    }

    [Fact]
    public async Task A_tenant_of_which_a_message_is_catalogued_or_pending_stays()
    {
        await using var store = new TStore();
        CatalogEntry entry = Sample.Entry(new string('a', 64), "acme", "/data/a", null);
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(Sample.Tenant("acme"));
            await t.Catalog.AddPendingAsync("reservation", [entry]);
        });

        Assert.Equal(ErrorCodes.HasDependants, (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Tenants.RemoveAsync("acme")))).Code);
        await store.WriteAsync(t => t.Catalog.ConfirmAsync("reservation", entry.Space));
        Assert.Equal(ErrorCodes.HasDependants, (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Tenants.RemoveAsync("acme")))).Code);
        await store.WriteAsync(t => t.Catalog.RemoveOfTenantAsync("acme"));
        await store.WriteAsync(t => t.Tenants.RemoveAsync("acme"));

        Assert.Empty(await store.ReadAsync(t => t.Tenants.ListIdsAsync()));
    }

    [Fact]
    public async Task A_parent_that_is_not_there_is_refused()
    {
        await using var store = new TStore();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Tenants.AddAsync(Sample.Tenant("child") with { Parent = "nobody" })));

        Assert.Equal(ErrorCodes.TenantNotFound, refused.Code);
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

    [Fact]
    public async Task The_hash_of_a_tenants_rows_changes_with_what_decides_and_with_nothing_else()
    {
        await using var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await Sample.AddTenantWithKeyAsync(t, "globex");
        });
        string last = await HashAsync(store);

        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("res", "acme", "kek-acme", "kp-acme", wraps: 7), 7));
        await store.WriteAsync(t => t.Providers.NoteTestAsync("kp-acme", Sample.Noon.AddDays(1), "UNKNOWN"));
        await store.WriteAsync(t => t.Providers.AddRefusalAsync("kp-acme"));
        await store.WriteAsync(t => t.Tenants.RaiseEpochAsync("globex"));
        Assert.Equal(last, await HashAsync(store));

        Func<IStoreTransaction, Task>[] decisive =
        [
            t => t.Tenants.RaiseEpochAsync("acme"),
            t => t.Tenants.UpdateAsync(Sample.Tenant("acme") with { UntracedReads = false }),
            t => t.Tenants.UpdateAsync(Sample.Tenant("acme") with { UntracedReads = false, DisplayName = null }),
            t => t.Tenants.UpdateAsync(Sample.Tenant("acme") with { UntracedReads = false, DisplayName = "" }),
            t => t.Providers.UpdateAsync(Sample.Provider("kp-acme", "acme", "renamed", Providers.KeyProviderStatus.Active)),
            t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "two")),
            t => t.Keys.SetStatusAsync("kek-acme", Keys.KeyEncryptionKeyStatus.Previous),
            t => t.Keys.ReplaceRecordAsync(Sample.Record("kek-acme", "acme", "kp-acme", fill: 9)),
            t => t.Migrations.AddAsync(Sample.Migration("mig-1", "acme")),
            t => t.Migrations.PutItemAsync(new Migration.MigrationItem
            {
                MigrationId = "mig-1",
                KekId = "kek-acme",
                State = Migration.MigrationItemState.Staged,
                Staged = Sample.Record("kek-acme", "acme", "kp-2"),
            }),
            t => t.Migrations.UpdateAsync(Sample.Migration("mig-1", "acme", Migration.MigrationState.Stopped)),
        ];
        foreach (Func<IStoreTransaction, Task> change in decisive)
        {
            await store.WriteAsync(change);
            string now = await HashAsync(store);
            Assert.NotEqual(last, now);
            last = now;
        }
    }

    private static async Task<string> HashAsync(TStore store) => Convert.ToHexString(await store.ReadAsync(t => t.Tenants.HashRowsAsync("acme")));
}
