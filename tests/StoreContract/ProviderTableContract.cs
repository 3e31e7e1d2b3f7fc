using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

public abstract class ProviderTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_provider_comes_back_as_it_was_added()
    {
        await using TStore store = await WithTenantsAsync();
        KeyProvider provider = Sample.Provider("kp-1", "acme", "main");
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(provider));

        AssertSame(provider, await store.ReadAsync(transaction => transaction.Providers.FindAsync("kp-1")));
    }

    [Fact]
    public async Task A_provider_without_optional_values_comes_back_without_them()
    {
        await using TStore store = await WithTenantsAsync();
        var provider = new KeyProvider { Id = "kp-1", TenantId = "acme", Name = "Internal", CreatedAt = Sample.Noon };
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(provider));

        AssertSame(provider, await store.ReadAsync(transaction => transaction.Providers.FindAsync("kp-1")));
    }

    [Fact]
    public async Task An_update_replaces_every_value_but_the_last_test_which_is_noted_by_itself()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(
            new KeyProvider { Id = "kp-1", TenantId = "acme", Name = "Internal", CreatedAt = Sample.Noon.AddDays(-1) }));
        KeyProvider changed = Sample.Provider("kp-1", "acme", "renamed", KeyProviderStatus.Active);
        await store.WriteAsync(transaction => transaction.Providers.UpdateAsync(changed));
        Assert.Null((await store.ReadAsync(transaction => transaction.Providers.FindActiveAsync("acme")))!.LastTest);
        await store.WriteAsync(transaction => transaction.Providers.NoteTestAsync("kp-1", changed.LastTestedAt!.Value, changed.LastTest!));

        AssertSame(changed, await store.ReadAsync(transaction => transaction.Providers.FindActiveAsync("acme")));
    }

    [Fact]
    public async Task Registrations_are_listed_as_they_are_without_counts()
    {
        await using TStore store = await WithTenantsAsync();
        KeyProvider[] added = [Sample.Provider("kp-2", "acme", "two"), Sample.Provider("kp-1", "acme", "one")];
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(added[0]);
            await t.Providers.AddAsync(added[1]);
            await t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "one"));
        });

        IReadOnlyList<KeyProvider> listed = await store.ReadAsync(t => t.Providers.ListRegistrationsAsync("acme"));

        Assert.Equal(2, listed.Count);
        AssertSame(added[0], listed[0]);
        AssertSame(added[1], listed[1]);
    }

    [Fact]
    public async Task Names_to_choose_from_are_those_of_all_tenants()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "one"));
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "two"));
            await t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "one"));
        });

        Assert.Equal(
            [new NameInStore("acme", "kp-2", "one"), new NameInStore("acme", "kp-1", "two"), new NameInStore("globex", "kp-3", "one")],
            await store.ReadAsync(t => t.Providers.ListNamesAsync()));
    }

    [Fact]
    public async Task The_tenants_that_have_a_provider_are_listed_once_each()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "one"));
            await t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "two"));
            await t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "one"));
        });

        Assert.Equal(["acme", "globex"], await store.ReadAsync(t => t.Providers.ListTenantsAsync(new KeyProviderFilter())));
        Assert.Equal(["acme"], await store.ReadAsync(t => t.Providers.ListTenantsAsync(new KeyProviderFilter { Name = "two" })));
        Assert.Equal(["globex"], await store.ReadAsync(t => t.Providers.ListTenantsAsync(new KeyProviderFilter { Id = "kp-3" })));
        Assert.Empty(await store.ReadAsync(t => t.Providers.ListTenantsAsync(new KeyProviderFilter { Name = "three" })));
    }

    [Fact]
    public async Task Refusals_are_counted_apart_from_the_registration()
    {
        await using TStore store = await WithTenantsAsync();
        KeyProvider provider = Sample.Provider("kp-1", "acme", "main");
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(provider));
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(Sample.Provider("kp-2", "acme", "never")));
        await store.WriteAsync(transaction => transaction.Providers.AddAsync(Sample.Provider("kp-3", "globex", "theirs")));
        foreach (string id in new[] { "kp-1", "kp-3", "kp-1" })
        {
            await store.WriteAsync(transaction => transaction.Providers.AddRefusalAsync(id));
        }

        await store.WriteAsync(transaction => transaction.Providers.UpdateAsync(provider with { Name = "renamed" }));

        Assert.Equal(new Dictionary<string, long> { ["kp-1"] = 2 }, await store.ReadAsync(transaction => transaction.Providers.CountRefusalsAsync("acme")));
    }

    [Fact]
    public async Task Updating_or_removing_a_provider_that_is_not_there_is_refused()
    {
        await using TStore store = await WithTenantsAsync();

        await RefusedAsync(ErrorCodes.ProviderNotFound, store, t => t.Providers.NoteTestAsync("kp-1", Sample.Noon, "SUCCESS"));
        await RefusedAsync(ErrorCodes.ProviderNotFound, store, t => t.Providers.UpdateAsync(Sample.Provider("kp-1", "acme", "main")));
        await RefusedAsync(ErrorCodes.ProviderNotFound, store, t => t.Providers.RemoveAsync("kp-1"));
    }

    [Fact]
    public async Task A_provider_of_no_tenant_is_refused()
    {
        await using TStore store = await WithTenantsAsync();

        await RefusedAsync(ErrorCodes.TenantNotFound, store, t => t.Providers.AddAsync(Sample.Provider("kp-1", "nobody", "main")));
    }

    [Fact]
    public async Task A_tenant_has_one_Active_provider()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "one", KeyProviderStatus.Active)));
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "two", KeyProviderStatus.Archived)));

        await RefusedAsync(
            ErrorCodes.Unknown,
            store,
            t => t.Providers.UpdateAsync(Sample.Provider("kp-2", "acme", "two", KeyProviderStatus.Active)));
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "one", KeyProviderStatus.Active)));
    }

    [Fact]
    public async Task A_name_is_unique_within_a_tenant_whatever_its_case()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "Main")));

        await RefusedAsync(ErrorCodes.ProviderExists, store, t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "mAIN")));
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "main")));
    }

    [Fact]
    public async Task Each_part_of_a_filter_narrows_the_list()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "main", KeyProviderStatus.Active));
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "spare"));
            await t.Providers.AddAsync(Sample.Provider("kp-3", "globex", "main") with { Type = KeyProviderType.Internal });
        });

        Assert.Equal(["kp-2", "kp-1", "kp-3"], await IdsAsync(store, new KeyProviderFilter()));
        Assert.Equal(["kp-2", "kp-1"], await IdsAsync(store, new KeyProviderFilter { TenantId = "acme" }));
        Assert.Equal(["kp-1"], await IdsAsync(store, new KeyProviderFilter { Id = "kp-1" }));
        Assert.Equal(["kp-2", "kp-3"], await IdsAsync(store, new KeyProviderFilter { Name = "main" }));
        Assert.Equal(["kp-1"], await IdsAsync(store, new KeyProviderFilter { KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/kp-1" }));
        Assert.Equal(["kp-1"], await IdsAsync(store, new KeyProviderFilter { KeyArn = "alias/spare" }));
        Assert.Equal(["kp-3"], await IdsAsync(store, new KeyProviderFilter { Type = KeyProviderType.Internal }));
        Assert.Equal(["kp-2"], await IdsAsync(store, new KeyProviderFilter { Status = KeyProviderStatus.Active }));
        Assert.Equal(["kp-2"], await IdsAsync(store, new KeyProviderFilter { TenantId = "acme", Name = "main" }));
        Assert.Empty(await IdsAsync(store, new KeyProviderFilter { TenantId = "ACME" }));
    }

    [Fact]
    public async Task A_provider_counts_its_keys_and_what_was_wrapped_under_them()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "main", KeyProviderStatus.Active));
            await t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "next"));
            await t.Keys.AddAsync(Sample.Key("kek-1", "acme", "kp-1", KeyEncryptionKeyStatus.Previous) with { ReservedWraps = 7, FileWraps = 2 });
            await t.Keys.AddAsync(Sample.Key("kek-2", "acme", "kp-1"));
            await t.Catalog.AddPendingAsync("res-1", [Sample.Entry("m1", "acme", "/a", "kek-1"), Sample.Entry("m2", "acme", "/b", "kek-2")]);
            await t.Catalog.ConfirmAsync("res-1", Sample.Space, ["/b"]);
        });

        KeyProvider counted = (await store.ReadAsync(t => t.Providers.FindAsync("kp-1")))!;
        Assert.Equal((2, 2, 5), (counted.KeyCount, counted.MessageCount, counted.ValueCount));

        await store.WriteAsync(t => t.Keys.ReplaceRecordAsync(Sample.Record("kek-1", "acme", "kp-2")));
        IReadOnlyList<KeyProvider> both = await store.ReadAsync(t => t.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" }));
        Assert.Equal([(1, 1, 0), (1, 1, 5)], both.Select(p => (p.KeyCount, p.MessageCount, p.ValueCount)));
    }

    [Fact]
    public async Task A_provider_counts_the_messages_and_wraps_of_Direct_data_keys()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Sessions.PutAsync(Sample.Session("s"));
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "main", KeyProviderStatus.Active));
            await t.Keys.ReserveAsync(Sample.Reservation("r", "acme", null, "kp-1", 10), 10);
            await t.Catalog.AddPendingAsync(
                "r",
            [
                Sample.Entry("m1", "acme", "/a", null) with { DirectProviderId = "kp-1" },
                Sample.Entry("m2", "acme", "/b", null) with { DirectProviderId = "kp-1" },
            ]);
            await t.Keys.CloseReservationAsync(Sample.Reservation("r", "acme", null, "kp-1", 10), unusedWraps: 5, fileWraps: 2);
            await t.Catalog.RemovePendingAsync("r", Sample.Space, ["/a"]);
        });

        KeyProvider counted = (await store.ReadAsync(t => t.Providers.FindActiveAsync("acme")))!;
        Assert.Equal((0, 1, 3), (counted.KeyCount, counted.MessageCount, counted.ValueCount));
    }

    [Fact]
    public async Task A_provider_with_keys_or_reservations_is_not_removed()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Sessions.PutAsync(Sample.Session("s"));
            await t.Providers.AddAsync(Sample.Provider("kp-1", "acme", "main"));
            await t.Keys.AddAsync(Sample.Key("kek-1", "acme", "kp-1"));
            await t.Keys.ReserveAsync(Sample.Reservation("r", "acme", "kek-1", "kp-1"), 100);
        });

        await RefusedAsync(ErrorCodes.HasDependants, store, t => t.Keys.RemoveOfProviderAsync("kp-1"));
        await store.WriteAsync(t => t.Keys.CloseReservationAsync(Sample.Reservation("r", "acme", "kek-1", "kp-1"), 100, 0));
        await RefusedAsync(ErrorCodes.HasDependants, store, t => t.Providers.RemoveAsync("kp-1"));
        Assert.Equal(1, await store.WriteAsync(t => t.Keys.RemoveOfProviderAsync("kp-1")));
        await store.WriteAsync(t => t.Providers.RemoveAsync("kp-1"));

        Assert.Null(await store.ReadAsync(t => t.Providers.FindAsync("kp-1")));
    }

    private static async Task<TStore> WithTenantsAsync()
    {
        var store = new TStore();
        await store.WriteAsync(async transaction =>
        {
            await transaction.Tenants.AddAsync(Sample.Tenant("acme"));
            await transaction.Tenants.AddAsync(Sample.Tenant("globex"));
        });
        return store;
    }

    private static async Task<IEnumerable<string>> IdsAsync(TStore store, KeyProviderFilter filter) =>
        (await store.ReadAsync(transaction => transaction.Providers.ListAsync(filter))).Select(provider => provider.Id);

    private static async Task RefusedAsync(string code, TStore store, Func<IStoreTransaction, Task> work)
    {
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(work));
        Assert.Equal(code, refused.Code);
    }

    private static void AssertSame(KeyProvider expected, KeyProvider? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.ReplicaKeys, actual.ReplicaKeys);
        Assert.Equal(expected.RefusedRegions, actual.RefusedRegions);
        Assert.Equal(expected.Parameters, actual.Parameters);
        Assert.Equal(expected.Grants, actual.Grants);
        Assert.Equal(
            expected,
            actual with { ReplicaKeys = expected.ReplicaKeys, RefusedRegions = expected.RefusedRegions, Parameters = expected.Parameters, Grants = expected.Grants });
    }
}
