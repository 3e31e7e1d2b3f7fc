using TenantEncryption.Spaces;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

public sealed class ListTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task All_pages_come_in_the_order_of_the_keys()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        for (int number = 0; number < 1050; number++)
        {
            await bucket.Administrator.PutObjectAsync(new() { BucketName = bucket.Name, Key = $"a/{number:D4} ü", ContentBody = "x" });
        }

        await bucket.Administrator.PutObjectAsync(new() { BucketName = bucket.Name, Key = "b", ContentBody = "x" });

        List<string> all = await Keys(bucket.Bucket.ListAsync("a/", null, CancellationToken.None));
        Assert.Equal(Enumerable.Range(0, 1050).Select(number => $"a/{number:D4} ü"), all);
        Assert.Equal(all[1001..], await Keys(bucket.Bucket.ListAsync("a/", all[1000], CancellationToken.None)));
        Assert.Equal(1051, (await Keys(bucket.Bucket.ListAsync("", null, CancellationToken.None))).Count);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Versions_are_told_apart_and_delete_markers_are_left_out()
    {
        await using TestBucket bucket = await server.NewBucketAsync(versions: true);
        ObjectState first = await bucket.PutAsync("key", [1], messageId: "01");
        ObjectState second = await bucket.PutAsync("key", [1, 2], PutCondition.Still(first), messageId: "02");
        await bucket.PutAsync("gone", [1], messageId: "03");
        await bucket.Administrator.DeleteObjectAsync(bucket.Name, "gone");

        var versions = new List<ListedObject>();
        await foreach (ListedObject one in bucket.Bucket.ListVersionsAsync("", withMarkers: false, CancellationToken.None))
        {
            versions.Add(one);
        }

        Assert.Equal(
            [("gone", 1L, false), ("key", 2L, true), ("key", 1L, false)],
            versions.Select(one => (one.Key, one.Length, one.IsLatest)));
        Assert.Equal([second.VersionId, first.VersionId], versions.Where(one => one.Key == "key").Select(one => one.VersionId));
    }

    private static async Task<List<string>> Keys(IAsyncEnumerable<ListedObject> objects)
    {
        var keys = new List<string>();
        await foreach (ListedObject one in objects)
        {
            keys.Add(one.Key);
        }

        return keys;
    }
}
