using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;
using TenantEncryption.Testing.Servers;

namespace TenantEncryption.S3.Tests;

public sealed class ReadTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    private static readonly byte[] Content = Bytes();

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_connection_that_breaks_is_made_again_where_the_content_goes_on()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        await bucket.PutAsync("key", Content);
        bucket.Proxy.Faults = FaultProxy.First(5, "GetObject", () => new Fault.CutIn(300_000));

        Assert.Equal(Content, await bucket.ReadAsync("key"));
        Assert.Equal(Content[1000..900_000], await bucket.ReadAsync("key", new ObjectSelection(From: 1000, To: 899_999)));

        Assert.True(bucket.Proxy.Count("GetObject") >= 6);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_that_gives_nothing_is_given_up_after_a_while_and_made_again()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { StallTimeout = TimeSpan.FromMilliseconds(300) });
        await bucket.PutAsync("key", Content);
        bucket.Proxy.Faults = FaultProxy.First(2, "GetObject", () => new Fault.Stalls(300_000));

        Assert.Equal(Content, await bucket.ReadAsync("key"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_that_keeps_breaking_is_unreachable_in_the_end()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { MaxAttempts = 1 });
        await bucket.PutAsync("key", Content);
        bucket.Proxy.Faults = FaultProxy.First(100, "GetObject", () => new Fault.CutIn(0));

        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => bucket.ReadAsync("key"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_that_is_replaced_while_it_is_read_is_not_mixed_with_its_successor()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        ObjectState first = await bucket.PutAsync("key", Content, messageId: "01");
        bucket.Proxy.Faults = FaultProxy.First(1, "GetObject", () => new Fault.CutIn(300_000));
        await using ObjectContent content = await bucket.Bucket.OpenAsync("key", default, CancellationToken.None);
        await content.Stream.ReadExactlyAsync(new byte[100_000]);
        await bucket.PutAsync("key", new byte[Content.Length], PutCondition.Still(first), messageId: "02");

        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => content.Stream.CopyToAsync(Stream.Null));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_version_that_is_read_stays_the_same_though_another_one_takes_its_place()
    {
        await using TestBucket bucket = await server.NewBucketAsync(versions: true);
        ObjectState first = await bucket.PutAsync("key", Content, messageId: "01");
        bucket.Proxy.Faults = FaultProxy.First(1, "GetObject", () => new Fault.CutIn(300_000));
        await using ObjectContent content = await bucket.Bucket.OpenAsync("key", default, CancellationToken.None);
        await bucket.PutAsync("key", [2], PutCondition.Still(first), messageId: "02");

        using var read = new MemoryStream();
        await content.Stream.CopyToAsync(read);

        Assert.Equal(Content, read.ToArray());
        Assert.Equal(Content, await bucket.ReadAsync("key", new ObjectSelection(first.VersionId)));
        Assert.Equal([2], await bucket.ReadAsync("key"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_that_is_not_there_is_named()
    {
        await using TestBucket bucket = await server.NewBucketAsync();

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SourceNotFound, () => bucket.ReadAsync("none"));

        Assert.Contains($"s3://{bucket.Name}/none", error.Detail, StringComparison.Ordinal);
        Assert.Null(await bucket.Bucket.FindAsync("none", null, CancellationToken.None));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Only_the_object_of_the_condition_is_opened()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        ObjectState first = await bucket.PutAsync("key", Content, messageId: "01");
        ObjectState second = await bucket.PutAsync("key", [2], PutCondition.Still(first), messageId: "02");

        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => bucket.ReadAsync("key", new ObjectSelection(ETag: first.ETag)));
        Assert.Equal([2], await bucket.ReadAsync("key", new ObjectSelection(ETag: second.ETag)));
    }

    [Fact]
    public async Task An_entity_tag_that_looks_like_a_hash_and_is_none_does_not_matter()
    {
        using ObjectEndpointServer endpoint = await ObjectEndpointServer.StartAsync();
        string name = await endpoint.NewBucketAsync();
        using S3ObjectStore store = ObjectServer.NewStore(null, endpoint.Url);
        IBucket bucket = ((IObjectStore)store).Open(name);
        foreach (byte[] written in (byte[][])[Content, []])
        {
            await bucket.PutAsync(TestBucket.New($"key-{written.Length}", written.Length), (stream, token) => stream.WriteAsync(written, token).AsTask(), CancellationToken.None);
            await using ObjectContent content = await bucket.OpenAsync($"key-{written.Length}", default, CancellationToken.None);
            using var read = new MemoryStream();
            await content.Stream.CopyToAsync(read);
            Assert.Equal((written.Length, 34), (content.State.Length, content.State.ETag.Length));
            Assert.Equal(written, read.ToArray());
        }
    }

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[2_000_000];
        new Random(2).NextBytes(bytes);
        return bytes;
    }
}
