using System.Net;
using Amazon.S3.Model;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Data;

/// <summary>Messages in a bucket are written anew in their places: nothing that somebody else put there is overwritten, and nothing that can't be verified is.</summary>
public sealed class MigrationTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    [InlineData((64 << 20) + 1)]
    public async Task An_object_becomes_a_message_under_the_new_key_that_holds_the_same(int length)
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", length);
        ProtectedFile there = await product.ProtectAsync(path, "a/key");

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 1L, 0L, (long)length), (migration.State, migration.Done, migration.Failed, migration.Bytes));
        MessageInfo now = Assert.Single(await product.CatalogAsync());
        Assert.NotEqual((there.KekId, there.MessageId), (now.KekId, now.MessageId));
        Assert.Equal((there.Path, (long?)length), (now.Path, now.Length));
        (FileOutcome<UnprotectedFile> read, byte[]? plain) = await product.ReadAsync("a/key", new UnprotectOptions { TenantId = ProductOnBucket.Tenant, Strict = true });
        Assert.Null(read.Error);
        Assert.Equal((now.MessageId, true), (read.Result!.MessageId, content.AsSpan().SequenceEqual(plain)));
        ObjectState state = (await product.Bucket.Bucket.FindAsync("a/key", null, CancellationToken.None))!;
        Assert.Equal((now.MessageId, now.KekId), (state.Metadata["te-message"], state.Metadata["te-kek"]));
        Assert.Equal((0L, 0), (await product.PendingAsync(), await product.OrphansAsync()));
        Assert.Equal(0, await MessagesAsync(product, there.KekId!));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Files_and_objects_of_a_tenant_are_written_anew_by_one_migration()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "key");
        Assert.Null(Assert.Single(await product.ProtectAsync([new FileRequest(path, path + FilePlanner.Extension)])).Error);
        for (int number = 0; number < 70; number++)
        {
            await product.ProtectAsync(path, $"many/{number}");
        }

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 72L, 0L), (migration.State, migration.Done, migration.Failed));
        Assert.DoesNotContain(await product.CatalogAsync(), message => message.KekId == there.KekId);
        Assert.Equal(content, (await product.ReadAsync("many/69")).Content);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_an_object_has_beside_its_content_stays()
    {
        await using ProductOnBucket product = await StartAsync();
        ProtectedFile there = await product.ProtectAsync(product.Write("plain", 1000).Path, "key");
        await product.Bucket.Administrator.CopyObjectAsync(new CopyObjectRequest
        {
            SourceBucket = product.Bucket.Name,
            SourceKey = "key",
            DestinationBucket = product.Bucket.Name,
            DestinationKey = "key",
            MetadataDirective = Amazon.S3.S3MetadataDirective.REPLACE,
            StorageClass = Amazon.S3.S3StorageClass.StandardInfrequentAccess,
            ContentType = "application/x-own",
            Metadata = { ["owner"] = "somebody" },
        });
        await product.Bucket.Administrator.PutObjectTaggingAsync(new PutObjectTaggingRequest
        {
            BucketName = product.Bucket.Name,
            Key = "key",
            Tagging = new Tagging { TagSet = [new Tag { Key = "case", Value = "7" }] },
        });

        await ReencryptAsync(product, there.KekId!);

        ObjectSettings settings = await product.Bucket.ReadSettingsAsync("key");
        Assert.Equal(
            ("STANDARD_IA", "application/x-own", "somebody", "7"),
            (settings.StorageClass, settings.ContentType, settings.Metadata["owner"], settings.Tags["case"]));
        Assert.Equal(Assert.Single(await product.CatalogAsync()).MessageId, settings.Metadata["te-message"]);
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_lock_stays_as_long_as_it_was_to_last(int days)
    {
        await using ProductOnBucket product = await ProductOnBucket.StartAsync(await server.NewBucketAsync(locks: true));
        ProtectedFile there = await product.ProtectAsync(product.Write("plain", 1000).Path, "key");
        DateTime until = DateTime.UtcNow.AddDays(days);
        await product.Bucket.Administrator.PutObjectRetentionAsync(new PutObjectRetentionRequest
        {
            BucketName = product.Bucket.Name,
            Key = "key",
            Retention = new ObjectLockRetention { Mode = Amazon.S3.ObjectLockRetentionMode.Compliance, RetainUntilDate = until },
        });

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 1L), (migration.State, migration.Done));
        ObjectHold hold = (await product.Bucket.ReadSettingsAsync("key")).Hold;
        Assert.Equal(days > 0 ? "COMPLIANCE" : null, hold.Mode);
        Assert.True(days < 0 ? hold.Until is null : Math.Abs((hold.Until!.Value - until).TotalSeconds) < 2);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Older_versions_keep_their_key_as_long_as_the_bucket_keeps_them()
    {
        await using ProductOnBucket product = await ProductOnBucket.StartAsync(await server.NewBucketAsync(versions: true));
        ProtectedFile there = await product.ProtectAsync(product.Write("plain", 1000).Path, "key.tenc");

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 1L), (migration.State, migration.Done));
        Assert.Equal(2, (await product.CatalogAsync()).Count);
        KeyProvider provider = await product.Service.Providers.ResolveAsync("Internal", ProductOnBucket.Tenant);
        KeyMigrationPlan again = await product.Service.Migrations.MeasureAsync(ProductOnBucket.Tenant, provider.Id, Reencrypt(there.KekId!));
        Assert.Equal((0L, true), (again.Messages, string.Concat(again.Notes).Contains("1 older version of objects", StringComparison.Ordinal)));
        Assert.Equal(1, await MessagesAsync(product, there.KekId!));

        string version = (await product.CatalogAsync()).Single(message => message.KekId == there.KekId).Version!;
        await product.Bucket.Administrator.DeleteObjectAsync(product.Bucket.Name, "key.tenc", version);
        await using (CatalogUpdate update = product.Service.Data.BeginCatalogUpdate([product.AddressOf("")]))
        {
            await update.RunAsync().CountAsync();
            Assert.Equal(1, await update.RemoveMissingAsync().CountAsync());
        }

        Assert.Equal(0, await MessagesAsync(product, there.KekId!));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_somebody_else_puts_there_meanwhile_is_not_overwritten()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 1000);
        (string other, byte[] newer) = product.Write("newer", 2000);
        ProtectedFile there = await product.ProtectAsync(path, "key");
        ProtectedFile? second = null;
        int times = 0;
        product.Bucket.Proxy.Faults = request => request.Operation == "PutObject" && !request.IsProbe && Interlocked.Increment(ref times) == 1
            ? new Fault.Meanwhile(async () => second = await product.ProtectAsync(other, "key", new ProtectOptions { Force = true }))
            : null;

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 0L, 0L), (migration.State, migration.Done, migration.Failed));
        Assert.Equal(second!.MessageId, Assert.Single(await product.CatalogAsync()).MessageId);
        Assert.Equal(newer, (await product.ReadAsync("key")).Content);
        Assert.Equal((0L, 0), (await product.PendingAsync(), await product.OrphansAsync()));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_lost_answer_is_found_out()
    {
        await using ProductOnBucket product = await StartAsync();
        ProtectedFile there = await product.ProtectAsync(product.Write("plain", 1000).Path, "key");
        product.Bucket.Proxy.Faults = FaultProxy.First(1, "PutObject", () => new Fault.CutAfter());

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 1L), (migration.State, migration.Done));
        Assert.NotEqual(there.KekId, Assert.Single(await product.CatalogAsync()).KekId);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_whose_fate_is_not_known_is_settled_when_the_migration_goes_on()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "key");
        await product.ProtectAsync(path, "left");

        // The object is there, and nobody hears of it.
        bool isCut = false;
        product.Bucket.Proxy.Faults = request => request.IsProbe ? null : request switch
        {
            { Operation: "PutObject" } when request.Target.EndsWith("/key", StringComparison.Ordinal) => Cut(),
            { Operation: "HeadObject" or "GetObject" } when isCut => new Fault.CutBefore(),
            _ => null,
        };
        await FailsOfAsync(ErrorCodes.SpaceUnreachable, () => ReencryptAsync(product, there.KekId!));
        Assert.Equal(1, await product.OrphansAsync());

        product.Bucket.Proxy.Faults = _ => null;
        KeyMigration migration = Assert.Single(await product.Service.Migrations.ListAsync());
        migration = await product.Service.Migrations.ResumeAsync(migration.Id);

        Assert.Equal((MigrationState.Completed, 0L), (migration.State, migration.Failed));
        Assert.Equal((0L, 0), (await product.PendingAsync(), await product.OrphansAsync()));
        Assert.DoesNotContain(await product.CatalogAsync(), message => message.KekId == there.KekId);
        Assert.Equal(content, (await product.ReadAsync("key", new UnprotectOptions { Strict = true })).Content);

        Fault Cut()
        {
            isCut = true;
            return new Fault.CutAfter();
        }
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_bucket_that_does_not_answer_ends_the_run_and_no_message_is_to_blame()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "0");
        for (int number = 1; number < 20; number++)
        {
            await product.ProtectAsync(path, $"{number}");
        }

        product.Bucket.Proxy.Faults = request => request.Operation == "GetObject" ? new Fault.CutBefore() : null;
        await FailsOfAsync(ErrorCodes.SpaceUnreachable, () => ReencryptAsync(product, there.KekId!));

        product.Bucket.Proxy.Faults = _ => null;
        KeyMigration migration = Assert.Single(await product.Service.Migrations.ListAsync());
        Assert.Equal(0, migration.Failed);
        migration = await product.Service.Migrations.ResumeAsync(migration.Id);
        Assert.Equal((MigrationState.Completed, 20L, 0L), (migration.State, migration.Done, migration.Failed));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_does_not_verify_or_is_another_message_or_may_not_be_read_stays_as_it_is_and_is_told()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 3_000_000);
        ProtectedFile there = await product.ProtectAsync(path, "good");
        foreach (string key in (string[])["altered", "stranger", "denied", "gone"])
        {
            await product.ProtectAsync(path, key);
        }

        byte[] altered = await product.Bucket.ReadAsync("altered");
        altered[^100] ^= 1;
        await PutAsync(product, "altered", altered);
        byte[] stranger = await product.Bucket.ReadAsync("good");
        await PutAsync(product, "stranger", stranger);
        await product.Bucket.Administrator.DeleteObjectAsync(product.Bucket.Name, "gone");
        product.Bucket.Proxy.Faults = request => request.Operation == "GetObject" && request.Target.Contains("/denied", StringComparison.Ordinal)
            ? new Fault.Refuses(HttpStatusCode.Forbidden, "AccessDenied")
            : null;

        KeyMigration migration = await ReencryptAsync(product, there.KekId!);

        Assert.Equal((MigrationState.Completed, 1L, 4L), (migration.State, migration.Done, migration.Failed));
        IReadOnlyList<MigrationItem> failures = await product.Service.Migrations.ListFailuresAsync(migration.Id);
        Assert.Equal(
            [("altered", ErrorCodes.MessageAltered), ("denied", ErrorCodes.SpaceDenied), ("gone", ErrorCodes.SourceNotFound), ("stranger", ErrorCodes.MessageSubstituted)],
            failures.Select(failure => (failure.Path!.Split('/')[^1], failure.Code!)).Order());
        Assert.Equal(altered, await product.Bucket.ReadAsync("altered"));
        Assert.Equal(stranger, await product.Bucket.ReadAsync("stranger"));
        Assert.Contains(await product.Service.Keys.ListAsync(ProductOnBucket.Tenant), key => key.KekId == there.KekId);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Who_stops_leaves_each_object_as_one_message_or_the_other()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "0");
        for (int number = 1; number < 30; number++)
        {
            await product.ProtectAsync(path, $"{number}");
        }

        using var stop = new CancellationTokenSource();
        product.Bucket.Proxy.Faults = request => request.Operation == "PutObject" && request.Target.EndsWith("/15", StringComparison.Ordinal)
            ? new Fault.Meanwhile(() => stop.CancelAsync())
            : null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReencryptAsync(product, there.KekId!, stop.Token));

        product.Bucket.Proxy.Faults = _ => null;
        for (int number = 0; number < 30; number++)
        {
            Assert.Equal(content, (await product.ReadAsync($"{number}")).Content);
        }

        KeyMigration migration = Assert.Single(await product.Service.Migrations.ListAsync());
        migration = await product.Service.Migrations.ResumeAsync(migration.Id);
        Assert.Equal((MigrationState.Completed, 0L), (migration.State, migration.Failed));
        Assert.DoesNotContain(await product.CatalogAsync(), message => message.KekId == there.KekId);
        Assert.Equal((0L, 0), (await product.PendingAsync(), await product.OrphansAsync()));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Without_an_object_store_objects_are_left_and_the_migration_says_so()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 1000);
        ProtectedFile there = await product.ProtectAsync(path, "key");
        Assert.Null(Assert.Single(await product.ProtectAsync([new FileRequest(path, path + FilePlanner.Extension)])).Error);
        await using TenantEncryptionService without = await product.OpenAsync(options => options with { ObjectStore = null });
        await without.Keys.RotateAsync(ProductOnBucket.Tenant);
        KeyProvider provider = await without.Providers.ResolveAsync("Internal", ProductOnBucket.Tenant);

        KeyMigration migration = await without.Migrations.StartAsync(ProductOnBucket.Tenant, provider.Id, Reencrypt(there.KekId!));

        // The file was written anew, the object is left, and its key with it.
        Assert.Equal((MigrationState.Suspended, 1L, 0L), (migration.State, migration.Done, migration.Failed));
        MessageInfo left = (await product.CatalogAsync()).Single(message => message.Name == "key");
        Assert.Equal((there.KekId, there.MessageId), (left.KekId, left.MessageId));
        Assert.Equal(content, (await product.ReadAsync("key")).Content);
        migration = await product.Service.Migrations.ResumeAsync(migration.Id);
        Assert.Equal((MigrationState.Completed, 2L), (migration.State, migration.Done));
    }

    private async Task<ProductOnBucket> StartAsync() => await ProductOnBucket.StartAsync(await server.NewBucketAsync());

    private static KeyMigrationOptions Reencrypt(string kekId) => new() { Mode = MigrationMode.Reencrypt, KekIds = [kekId] };

    private static async Task<KeyMigration> ReencryptAsync(ProductOnBucket product, string kekId, CancellationToken cancellationToken = default)
    {
        await product.Service.Keys.RotateAsync(ProductOnBucket.Tenant, cancellationToken: cancellationToken);
        KeyProvider provider = await product.Service.Providers.ResolveAsync("Internal", ProductOnBucket.Tenant, cancellationToken);
        return await product.Service.Migrations.StartAsync(ProductOnBucket.Tenant, provider.Id, Reencrypt(kekId), cancellationToken: cancellationToken);
    }

    private static async Task FailsOfAsync(string code, Func<Task> migrate)
    {
        TenantEncryptionException failure = await Refusal.OfAsync(migrate);
        Assert.Equal((ErrorCodes.MigrationFailed, code), (failure.Code, (failure.InnerException as TenantEncryptionException)?.Code));
    }

    private static async Task<long> MessagesAsync(ProductOnBucket product, string kekId) =>
        (await product.Service.Keys.ListAsync(ProductOnBucket.Tenant)).Single(key => key.KekId == kekId).Messages;

    private static Task<PutObjectResponse> PutAsync(ProductOnBucket product, string key, byte[] content) =>
        product.Bucket.Administrator.PutObjectAsync(new PutObjectRequest { BucketName = product.Bucket.Name, Key = key, InputStream = new MemoryStream(content) });
}
