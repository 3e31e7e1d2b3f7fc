using TenantEncryption.Data;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Data;

public sealed class MigrationTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task Messages_in_a_bucket_keep_their_key_and_a_migration_that_leaves_them_says_so()
    {
        await using ProductOnBucket product = await ProductOnBucket.StartAsync(await server.NewBucketAsync());
        (string path, byte[] content) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "key");
        Assert.Null(Assert.Single(await product.ProtectAsync([new FileRequest(path, path + FilePlanner.Extension)])).Error);
        await product.Service.Keys.RotateAsync(ProductOnBucket.Tenant);
        KeyProvider provider = await product.Service.Providers.ResolveAsync("Internal", ProductOnBucket.Tenant);

        KeyMigration migration = await product.Service.Migrations.StartAsync(
            ProductOnBucket.Tenant, provider.Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, KekIds = [there.KekId!] });

        // The file was written anew, the object is left, and its key with it.
        Assert.Equal((MigrationState.Suspended, 1L, 0L), (migration.State, migration.Done, migration.Failed));
        MessageInfo left = (await product.CatalogAsync()).Single(message => message.Name == "key");
        Assert.Equal((there.KekId, there.MessageId), (left.KekId, left.MessageId));
        Assert.Contains(await product.Service.Keys.ListAsync(ProductOnBucket.Tenant), key => key.KekId == there.KekId);
        Assert.Equal(content, (await product.ReadAsync("key")).Content);
    }
}
