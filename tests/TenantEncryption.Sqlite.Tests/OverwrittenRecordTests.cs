using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.StoreContract;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tests;

public sealed class OverwrittenRecordTests
{
    private static readonly byte[] OldBytes = [.. Enumerable.Repeat((byte)0xA7, 12)];

    [Fact]
    public async Task A_replaced_record_is_in_no_file_of_the_store()
    {
        await using TemporaryStore store = await WithOldRecordAsync();
        Assert.True(await IsOnDiskAsync(store));

        await store.WriteAsync(t => t.Keys.ReplaceRecordAsync(Sample.Record("kek-1", "acme", "kp-acme", fill: 2)));

        Assert.False(await IsOnDiskAsync(store));
    }

    [Fact]
    public async Task A_removed_record_is_in_no_file_of_the_store()
    {
        await using TemporaryStore store = await WithOldRecordAsync();

        await store.WriteAsync(t => t.Keys.RemoveOfProviderAsync("kp-acme"));

        Assert.False(await IsOnDiskAsync(store));
    }

    [Fact]
    public async Task The_record_of_a_removed_key_is_in_no_file_of_the_store()
    {
        await using TemporaryStore store = await WithOldRecordAsync();

        await store.WriteAsync(t => t.Keys.RemoveAsync("kek-1"));

        Assert.False(await IsOnDiskAsync(store));
    }

    [Fact]
    public async Task A_staged_record_that_goes_with_its_tenants_migrations_is_in_no_file_of_the_store()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(async t =>
        {
            await t.Tenants.AddAsync(Sample.Tenant("acme"));
            await t.Migrations.AddAsync(Sample.Migration("mig-1", "acme"));
            await t.Migrations.PutItemAsync(new MigrationItem
            {
                MigrationId = "mig-1",
                KekId = "kek-1",
                State = MigrationItemState.Staged,
                Staged = Sample.Record("kek-1", "acme", "kp-acme", fill: 0xA7),
            });
        });
        Assert.True(await IsOnDiskAsync(store));

        await store.WriteAsync(t => t.Migrations.RemoveOfTenantAsync("acme"));

        Assert.False(await IsOnDiskAsync(store));
    }

    [Fact]
    public async Task While_a_reader_needs_the_log_the_record_goes_with_a_later_commit()
    {
        await using TemporaryStore store = await WithOldRecordAsync();
        await using (IStoreTransaction reader = await store.Store.BeginAsync(StoreAccess.Read, StoreScope.All))
        {
            await store.WriteAsync(t => t.Keys.ReplaceRecordAsync(Sample.Record("kek-1", "acme", "kp-acme", fill: 2)));
            Assert.Equal(0xA7, (await reader.Keys.FindAsync("kek-1"))!.Record.Iv[0]);
        }

        await store.WriteAsync(t => t.Settings.SetAsync("any", [1]));

        Assert.False(await IsOnDiskAsync(store));
    }

    private static async Task<TemporaryStore> WithOldRecordAsync()
    {
        var store = new TemporaryStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await t.Keys.AddAsync(new KeyEncryptionKey
            {
                Record = Sample.Record("kek-1", "acme", "kp-acme", fill: 0xA7),
                Status = KeyEncryptionKeyStatus.Previous,
            });
        });
        return store;
    }

    private static async Task<bool> IsOnDiskAsync(TemporaryStore store)
    {
        foreach (string file in Directory.GetFiles(store.Folder))
        {
            // The files are open; a copy lets go of none of their locks.
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content);
            if (content.AsSpan().IndexOf(OldBytes) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
