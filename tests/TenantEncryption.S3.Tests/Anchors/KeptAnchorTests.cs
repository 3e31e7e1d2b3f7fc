using Newtonsoft.Json;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Data;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Anchors;

/// <summary>Anchors are read from a bucket, and nothing there is believed that somebody could have put, hidden or taken away.</summary>
public sealed class KeptAnchorTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task Something_put_over_an_anchor_is_told_even_if_it_is_the_same()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3);
        await scene.PutAsync(scene.KeyOf(2), await scene.TextAsync(2));

        Assert.Equal($"The anchors: 's3://{scene.Bucket.Name}/{scene.KeyOf(2)}' has 2 versions: something was put over the anchor.", await scene.RefusedAsync());
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_anchor_that_a_delete_marker_hides_is_told(int number)
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3);
        await scene.Bucket.Administrator.DeleteObjectAsync(scene.Bucket.Name, scene.KeyOf(number));

        Assert.Equal($"The anchors: 's3://{scene.Bucket.Name}/{scene.KeyOf(number)}' was deleted: a delete marker hides it.", await scene.RefusedAsync());
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task The_last_one_hidden_and_put_again_stays_told()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3);
        await scene.Bucket.Administrator.DeleteObjectAsync(scene.Bucket.Name, scene.KeyOf(3));

        await scene.PublishAsync();

        Assert.Contains(scene.Product.Warnings, warning => warning.Contains("lacks anchors up to 3", StringComparison.Ordinal));
        Assert.Contains("was deleted", await scene.RefusedAsync(), StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_missing_number_is_told()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 4, locks: false);
        await scene.Bucket.Administrator.DeleteObjectAsync(scene.Bucket.Name, scene.KeyOf(2));

        Assert.Equal($"The anchors: '{scene.Place.Address}' lacks anchor 2, and has anchor 3.", await scene.RefusedAsync());
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData("no anchor at all")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("long")]
    [InlineData("other number")]
    [InlineData("other store")]
    [InlineData("one field")]
    public async Task An_altered_anchor_is_told(string how)
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3, locks: false);
        Anchor second = (await scene.Product.Service.Anchors.ListAsync().ToListAsync())[1];
        await scene.PutAsync(scene.KeyOf(2), how switch
        {
            "long" => AnchorText.Write(second) + new string(' ', 5000),
            "other number" => AnchorText.Write(second with { Number = 3 }),
            "other store" => AnchorText.Write(second with { StoreId = "other" }),
            "one field" => AnchorText.Write(second).Replace(second.Root, new string('0', 64), StringComparison.Ordinal),
            _ => how,
        });

        Assert.Equal($"The anchors: 's3://{scene.Bucket.Name}/{scene.KeyOf(2)}' is not the anchor of that store and number, or was altered.", await scene.RefusedAsync());
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_with_another_hash_that_is_right_in_itself_is_told()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3, locks: false);
        Anchor second = (await scene.Product.Service.Anchors.ListAsync().ToListAsync())[1];
        await scene.PutAsync(scene.KeyOf(2), AnchorText.Write(second with { Time = second.Time.AddTicks(1) }));
        Assert.Equal("The anchors: the store has another anchor 2 than the one that was kept.", await scene.RefusedAsync());

        await scene.PutAsync(scene.KeyOf(2), AnchorText.Write(second with { Previous = new string('0', 64) }));
        Assert.Equal($"The anchors: '{scene.Place.Address}' was altered: anchor 2 does not follow anchor 1.", await scene.RefusedAsync());
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_place_with_anchors_of_other_stores_alone_is_refused_and_names_that_are_none_are_passed_over()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 1);
        await using ProductOnBucket other = await ProductOnBucket.StartAsync(await server.NewBucketAsync());
        await scene.PutAsync(scene.KeyOf(1) + ".old", "x");
        await scene.PutAsync(scene.KeyOf(1).Replace("000000000001", "1", StringComparison.Ordinal), "x");

        TenantEncryptionException error = await Refusal.OfAsync(
            ErrorCodes.InvalidInput,
            async () =>
            {
                await using TenantEncryptionService service = await other.OpenAsync();
                await service.Events.VerifyAsync(anchors: [AnchorEvidence.OfBucket(scene.Place.Address)]);
            });

        Assert.Contains("holds no anchor of this store", error.Detail, StringComparison.Ordinal);
        Assert.True((await scene.TestAsync()).Success);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_can_not_be_read_is_an_error_and_no_verdict()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 2);
        scene.Bucket.Proxy.Faults = request => request.Operation == "ListObjectVersions" ? new Faults.Fault.Refuses(System.Net.HttpStatusCode.Forbidden, "AccessDenied") : null;
        Assert.Equal(ErrorCodes.SpaceDenied, await Refusal.CodeOfAsync(() => scene.TestAsync()));

        scene.Bucket.Proxy.Faults = request => request.Operation == "GetObject" ? new Faults.Fault.Refuses(System.Net.HttpStatusCode.Forbidden, "AccessDenied") : null;
        Assert.Equal(ErrorCodes.SpaceDenied, await Refusal.CodeOfAsync(() => scene.TestAsync()));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_proof_is_verified_against_the_one_object_that_it_is_of()
    {
        await using AnchorsOnBucket scene = await AnchorsOnBucket.StartAsync(server, anchors: 3);
        AnchorProof proof = AnchorProof.Parse(JsonConvert.SerializeObject(await scene.Product.Service.Anchors.ProveAsync(ProductOnBucket.Tenant, 2)));

        Assert.True(proof.Verify(await FindAsync(proof)).Success);
        Assert.False(proof.Verify(await FindAsync(proof with { Anchor = proof.Anchor with { Number = 3 } })).Success);
        Assert.Contains("has no anchor 9", proof.Verify(await FindAsync(proof with { Anchor = proof.Anchor with { Number = 9 } })).Detail, StringComparison.Ordinal);
        await scene.PutAsync(scene.KeyOf(2), "x");
        Assert.Contains("has 2 versions", proof.Verify(await FindAsync(proof)).Detail, StringComparison.Ordinal);
        Refusal.Is(ErrorCodes.InvalidInput, () => proof.Verify(AnchorEvidence.OfBucket(scene.Place.Address)));

        Task<AnchorEvidence> FindAsync(AnchorProof of) => AnchorObjects.FindAsync(scene.Bucket.Store, scene.Place.Address, of);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Pages_of_anchors_are_read_in_their_order_and_a_few_ahead_at_a_time()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        AnchorFolder folder = AnchorFolder.Of($"s3://{bucket.Name}/", "store");
        Anchor? last = null;
        for (int number = 1; number <= 1100; number++)
        {
            last = new Anchor { StoreId = "store", Number = number, Time = DateTimeOffset.UnixEpoch.AddMinutes(number), Chains = 1, Root = new string('a', 64), Previous = last?.Hash };
            await bucket.Administrator.PutObjectAsync(new() { BucketName = bucket.Name, Key = folder.KeyOf(number), ContentBody = AnchorText.Write(last) });
        }

        var numbers = new List<long>();
        await foreach (KeptAnchor kept in new AnchorFolderReader(bucket.Bucket, folder, TimeProvider.System).ReadAsync(CancellationToken.None))
        {
            Assert.Null(kept.Fault);
            numbers.Add(kept.Anchor!.Number);
            Assert.InRange(bucket.Proxy.Count("GetObject") - numbers.Count, 0, 16);
        }

        Assert.Equal(Enumerable.Range(1, 1100).Select(number => (long)number), numbers);
        Assert.Equal(2, bucket.Proxy.Count("ListObjectVersions"));
    }
}
