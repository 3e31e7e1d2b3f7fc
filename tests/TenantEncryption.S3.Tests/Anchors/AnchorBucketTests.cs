using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Anchors;

/// <summary>Anchors are put into a bucket: each once, none overwritten, all held.</summary>
public sealed class AnchorBucketTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task Each_anchor_is_an_object_named_by_its_number_and_the_log_fits_them()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3);

        Assert.Equal([scene.KeyOf(1), scene.KeyOf(2), scene.KeyOf(3)], await scene.KeysAsync());
        List<Anchor> anchors = await scene.Product.Service.Anchors.ListAsync().ToListAsync();
        Assert.Equal(AnchorText.Write(anchors[1]) + "\n", await scene.TextAsync(2));
        Assert.Equal((true, 3), (await scene.TestAsync()) is var result ? (result.Success, result.Anchors) : default);
        Assert.Contains("Up to anchor 3 of ", result.Excludes, StringComparison.Ordinal);
        Assert.DoesNotContain("taken later anchors away", result.Excludes, StringComparison.Ordinal);
        Assert.Equal((true, 3), (await scene.TestAsync(AnchorEvidence.Of(anchors[0]))) is var both ? (both.Success, both.Anchors) : default);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Object_Lock_holds_each_of_them_and_refuses_to_delete_it()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);

        GetObjectMetadataResponse head = await scene.Bucket.Administrator.GetObjectMetadataAsync(scene.Bucket.Name, scene.KeyOf(1));
        Assert.Equal(ObjectLockMode.Compliance, head.ObjectLockMode);
        Assert.InRange(head.ObjectLockRetainUntilDate!.Value.ToUniversalTime(), DateTime.UtcNow.AddDays(29.9), DateTime.UtcNow.AddDays(30.1));
        AmazonS3Exception refused = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => scene.Bucket.Administrator.DeleteObjectAsync(new DeleteObjectRequest { BucketName = scene.Bucket.Name, Key = scene.KeyOf(1), VersionId = head.VersionId }));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        AmazonS3Exception overwritten = await Assert.ThrowsAsync<AmazonS3Exception>(() => scene.Bucket.Administrator.PutObjectAsync(
            new PutObjectRequest { BucketName = scene.Bucket.Name, Key = scene.KeyOf(1), ContentBody = "x", IfNoneMatch = "*" }));
        Assert.Equal(HttpStatusCode.PreconditionFailed, overwritten.StatusCode);
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_buckets_default_retention_is_enough_and_none_at_all_is_refused()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server);
        AnchorBucket byDefault = scene.Place with { RetentionMode = null, Retention = null };

        TenantEncryptionException unheld = await Refusal.OfAsync(ErrorCodes.SpaceUnlocked, () => scene.MakeAsync(byDefault));
        Assert.Contains("no default retention", unheld.Detail, StringComparison.Ordinal);
        Assert.Empty(await scene.KeysAsync());

        await scene.Bucket.Administrator.PutObjectLockConfigurationAsync(new PutObjectLockConfigurationRequest
        {
            BucketName = scene.Bucket.Name,
            ObjectLockConfiguration = new ObjectLockConfiguration
            {
                ObjectLockEnabled = ObjectLockEnabled.Enabled,
                Rule = new ObjectLockRule { DefaultRetention = new DefaultRetention { Mode = ObjectLockRetentionMode.Governance, Days = 7 } },
            },
        });
        await scene.PublishAsync(byDefault);

        Assert.Equal(ObjectLockMode.Governance, (await scene.Bucket.Administrator.GetObjectMetadataAsync(scene.Bucket.Name, scene.KeyOf(1))).ObjectLockMode);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_bucket_without_Object_Lock_is_refused_unless_somebody_said_so_and_the_test_says_what_that_means()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, locks: false);

        TenantEncryptionException refused = await Refusal.OfAsync(ErrorCodes.SpaceUnlocked, () => scene.MakeAsync(scene.Place with { AllowUnlocked = false }));
        Assert.Contains("has no Object Lock: whoever may delete there could take anchors away without a trace", refused.Detail, StringComparison.Ordinal);
        Assert.Empty(await scene.KeysAsync());

        await scene.PublishAsync();
        Assert.Equal([scene.KeyOf(1)], await scene.KeysAsync());
        Assert.Contains($"Whoever may delete in '{scene.Place.Address}' can have taken later anchors away", (await scene.TestAsync()).Excludes, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_an_outage_kept_away_comes_with_the_next_anchor_and_the_store_tells_of_the_lag()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        scene.Bucket.Proxy.Faults = _ => new Fault.Refuses(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
        for (int i = 0; i < 3; i++)
        {
            await Refusal.IsAsync(ErrorCodes.Throttled, () => scene.MakeAsync());
        }

        AnchorPublication lag = Assert.Single(await scene.Product.Service.Anchors.ListPublicationsAsync());
        Assert.Equal((scene.Place.Address, 1, 3), (lag.Place, lag.Number, lag.Behind));
        Assert.Single(await scene.KeysAsync());
        scene.Bucket.Proxy.Faults = _ => null;
        await scene.MakeAsync();

        Assert.Equal(Enumerable.Range(1, 5).Select(number => scene.KeyOf(number)), await scene.KeysAsync());
        Assert.Equal((5, 0), Assert.Single(await scene.Product.Service.Anchors.ListPublicationsAsync()) is var none ? (none.Number, none.Behind) : default);
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_lost_answer_is_settled_by_what_is_there()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        scene.Bucket.Proxy.Faults = FaultProxy.First(1, "PutObject", () => new Fault.CutAfter());
        await scene.MakeAsync();
        scene.Bucket.Proxy.Faults = FaultProxy.First(100, "PutObject", () => new Fault.CutAfter());
        await scene.MakeAsync();
        scene.Bucket.Proxy.Faults = FaultProxy.First(100, "PutObject", () => new Fault.CutBefore());
        Assert.Equal(ErrorCodes.SpaceUnreachable, await Refusal.CodeOfAsync(() => scene.MakeAsync()));
        scene.Bucket.Proxy.Faults = _ => null;

        await scene.PublishAsync();

        Assert.Equal(Enumerable.Range(1, 4).Select(number => scene.KeyOf(number)), await scene.KeysAsync());
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_that_was_put_and_not_recorded_is_settled_and_put_no_second_time()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 2);
        await scene.ChangeAsync();
        Anchor third = await scene.Product.Service.Anchors.MakeAsync();
        await scene.PutAsync(scene.KeyOf(3), AnchorText.Write(third) + "\n");

        await scene.PublishAsync();
        int puts = scene.Bucket.Proxy.Count("PutObject");
        await scene.PublishAsync();

        Assert.Equal((2, puts), (puts, scene.Bucket.Proxy.Count("PutObject")));
        Assert.Equal(3, Assert.Single(await scene.Product.Service.Anchors.ListPublicationsAsync()).Number);
        Assert.Equal(3, (await scene.KeysAsync()).Count);
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Several_that_put_anchors_at_once_put_each_once()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        await using TenantEncryptionService other = await scene.Product.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await scene.ChangeAsync();
            await scene.Product.Service.Anchors.MakeAsync();
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(turn => Task.Run(() => scene.PublishAsync(service: turn % 2 == 0 ? other : null))));

        Assert.Equal(Enumerable.Range(1, 6).Select(number => scene.KeyOf(number)), await scene.KeysAsync());
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Another_anchor_of_that_number_is_a_store_that_was_rolled_back()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 2);
        Anchor second = (await scene.Product.Service.Anchors.ListAsync().ToListAsync())[1];
        await scene.PutAsync(scene.KeyOf(3), AnchorText.Write(second with { Number = 3, Previous = second.Hash }) + "\n");

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.StoreRolledBack, () => scene.MakeAsync());
        Assert.Contains(scene.KeyOf(3), error.Detail, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_claims_by_its_metadata_to_be_the_anchor_is_compared_all_the_same()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        await scene.ChangeAsync();
        Anchor second = await scene.Product.Service.Anchors.MakeAsync();
        string forged = AnchorText.Write(second).Replace("\"chains\":2", "\"chains\":3", StringComparison.Ordinal) + "\n";
        scene.Bucket.Proxy.Faults = FaultProxy.First(1, "PutObject", () => new Fault.Meanwhile(() => scene.PutAsync(scene.KeyOf(2), forged)));

        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => scene.PublishAsync()));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_store_that_lacks_what_is_there_is_told_also_when_nothing_is_new()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 2);
        Action restore = scene.Backup();
        await scene.MakeAsync();
        restore();
        await using TenantEncryptionService restored = await scene.Product.OpenAsync();

        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => scene.PublishAsync(service: restored)));
        Assert.Equal("The anchors: the store lacks anchor 3; its last one is anchor 2.", (await restored.Events.VerifyAsync(anchors: [AnchorEvidence.OfBucket(scene.Place.Address)])).Detail);
        await restored.Keys.RotateAsync(Data.ProductOnBucket.Tenant);
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => scene.PublishAsync(service: restored)));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_place_begins_with_the_anchor_that_is_put_there_first()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server);
        for (int i = 0; i < 3; i++)
        {
            await scene.ChangeAsync();
            await scene.Product.Service.Anchors.MakeAsync();
        }

        await scene.MakeAsync();
        await scene.MakeAsync();

        Assert.Equal([scene.KeyOf(4), scene.KeyOf(5)], await scene.KeysAsync());
        Assert.Equal((true, 2), (await scene.TestAsync()) is var result ? (result.Success, result.Anchors) : default);
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData("anchors", 30.0, AnchorRetentionMode.Compliance)]
    [InlineData("s3://B/anchors", 30.0, AnchorRetentionMode.Compliance)]
    [InlineData("s3://bucket/anchors", 30.0, null)]
    [InlineData("s3://bucket/anchors", null, AnchorRetentionMode.Governance)]
    [InlineData("s3://bucket/anchors", 0.5, AnchorRetentionMode.Governance)]
    [InlineData("s3://bucket/anchors", 40_000.0, AnchorRetentionMode.Governance)]
    public async Task A_place_that_makes_no_sense_is_refused_before_an_anchor_is_made(string address, double? days, AnchorRetentionMode? mode)
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server);

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.MakeAsync(
            new AnchorBucket { Address = address, RetentionMode = mode, Retention = days is { } given ? TimeSpan.FromDays(given) : null })));
        Assert.Empty(await scene.Product.Service.Anchors.ListAsync().ToListAsync());
    }
}
