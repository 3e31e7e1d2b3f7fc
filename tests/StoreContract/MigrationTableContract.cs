using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

public abstract class MigrationTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_migration_comes_back_as_it_was_added()
    {
        await using TStore store = await WithTenantsAsync();
        KeyMigration migration = Sample.Migration("mig-1", "acme");
        await store.WriteAsync(t => t.Migrations.AddAsync(migration));

        Assert.Equal(migration, await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")));
        Assert.Null(await store.ReadAsync(t => t.Migrations.FindAsync("mig-2")));
    }

    [Theory]
    [InlineData(MigrationState.New, true)]
    [InlineData(MigrationState.InProgress, true)]
    [InlineData(MigrationState.Suspended, true)]
    [InlineData(MigrationState.Failed, true)]
    [InlineData(MigrationState.Completed, false)]
    [InlineData(MigrationState.Stopped, false)]
    public async Task A_second_migration_waits_for_the_first_one_to_end(MigrationState first, bool refused)
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Migrations.AddAsync(Sample.Migration("mig-1", "acme", first)));
        await store.WriteAsync(t => t.Migrations.AddAsync(Sample.Migration("mig-2", "globex")));

        Exception? error = await Record.ExceptionAsync(() => store.WriteAsync(t => t.Migrations.AddAsync(Sample.Migration("mig-3", "acme"))));

        Assert.Equal(refused ? ErrorCodes.MigrationRunning : null, (error as TenantEncryptionException)?.Code);
    }

    [Fact]
    public async Task An_update_changes_state_runner_times_and_failure()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Migrations.AddAsync(Sample.Migration("mig-1", "acme")));
        KeyMigration changed = Sample.Migration("mig-1", "acme", MigrationState.Suspended) with
        {
            CompletedAt = null,
            FailureCode = null,
            InitiatedAt = Sample.Noon.AddDays(1),
        };
        await store.WriteAsync(t => t.Migrations.UpdateAsync(changed));

        Assert.Equal(changed, await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")));
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Migrations.UpdateAsync(changed with { Id = "mig-2" })));
        Assert.Equal(ErrorCodes.MigrationNotFound, refused.Code);
    }

    [Fact]
    public async Task Migrations_are_listed_from_the_oldest()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Migrations.AddAsync(Sample.Migration("mig-2", "acme", MigrationState.Completed) with { InitiatedAt = Sample.Noon.AddDays(1) });
            await t.Migrations.AddAsync(Sample.Migration("mig-3", "globex"));
            await t.Migrations.AddAsync(Sample.Migration("mig-1", "acme", MigrationState.Stopped) with { InitiatedAt = Sample.Noon.AddDays(-1) });
        });

        Assert.Equal(["mig-1", "mig-3", "mig-2"], (await store.ReadAsync(t => t.Migrations.ListAsync(null))).Select(m => m.Id));
        Assert.Equal(["mig-1", "mig-2"], (await store.ReadAsync(t => t.Migrations.ListAsync("acme"))).Select(m => m.Id));
        Assert.Equal(
            [new NameInStore("acme", "mig-1", "mig-1"), new NameInStore("acme", "mig-2", "mig-2"), new NameInStore("globex", "mig-3", "mig-3")],
            await store.ReadAsync(t => t.Migrations.ListNamesAsync()));
    }

    [Fact]
    public async Task Items_keep_their_order_as_they_change_and_make_the_counts()
    {
        await using TStore store = await WithTenantsAsync();
        MigrationItem first = Item("kek-1") with { IsNewKey = true };
        MigrationItem staged = Item("kek-2") with { State = MigrationItemState.Staged, Staged = Sample.Record("kek-2", "acme", "kp-2") };
        MigrationItem failed = Item("kek-3") with { State = MigrationItemState.Failed, Code = "KEY_DISABLED", Detail = "It is disabled." };
        await store.WriteAsync(async t =>
        {
            await t.Migrations.AddAsync(Sample.Migration("mig-1", "acme"));
            foreach (MigrationItem item in (MigrationItem[])[first, staged, failed])
            {
                await t.Migrations.PutItemAsync(item);
            }
        });

        IReadOnlyList<MigrationItem> items = await store.ReadAsync(t => t.Migrations.ListItemsAsync("mig-1"));
        Assert.Equivalent(new[] { first, staged, failed }, items, strict: true);

        MigrationItem done = first with { State = MigrationItemState.Done };
        await store.WriteAsync(t => t.Migrations.PutItemAsync(done));
        await store.WriteAsync(t => t.Migrations.PutItemAsync(Item("kek-2")));

        items = await store.ReadAsync(t => t.Migrations.ListItemsAsync("mig-1"));
        Assert.Equal([done, Item("kek-2"), failed], items);
        KeyMigration migration = (await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")))!;
        Assert.Equal((3, 1, 1), (migration.Total, migration.Done, migration.Failed));
    }

    [Fact]
    public async Task A_tenants_migrations_go_with_their_items_and_no_others()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Migrations.AddAsync(Sample.Migration("mig-1", "acme", MigrationState.Completed));
            await t.Migrations.AddAsync(Sample.Migration("mig-2", "acme"));
            await t.Migrations.AddAsync(Sample.Migration("mig-3", "globex"));
            foreach (string id in new[] { "mig-1", "mig-2", "mig-3" })
            {
                await t.Migrations.PutItemAsync(Item("kek-1") with { MigrationId = id });
            }
        });

        Assert.Equal(2, await store.WriteAsync(t => t.Migrations.RemoveOfTenantAsync("acme")));

        Assert.Equal(["mig-3"], (await store.ReadAsync(t => t.Migrations.ListAsync(null))).Select(one => one.Id));
        Assert.Empty(await store.ReadAsync(t => t.Migrations.ListItemsAsync("mig-2")));
        Assert.Single(await store.ReadAsync(t => t.Migrations.ListItemsAsync("mig-3")));
    }

    [Fact]
    public async Task An_item_of_no_migration_is_refused()
    {
        await using TStore store = await WithTenantsAsync();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Migrations.PutItemAsync(Item("kek-1"))));

        Assert.Equal(ErrorCodes.MigrationNotFound, refused.Code);
    }

    private static MigrationItem Item(string kekId) => new() { MigrationId = "mig-1", KekId = kekId };

    private static async Task<TStore> WithTenantsAsync()
    {
        var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(Sample.Tenant("acme"));
            await t.Tenants.AddAsync(Sample.Tenant("globex"));
        });
        return store;
    }
}
