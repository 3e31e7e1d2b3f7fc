using System.Net;
using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

public sealed class PutTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(100_000);

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_is_put_and_read_whole_and_in_part()
    {
        await using TestBucket bucket = await server.NewBucketAsync();

        ObjectState put = await bucket.PutAsync("a/ü ☃+%25 &?#b", Content, messageId: "ab");

        Assert.Equal(Content, await bucket.ReadAsync("a/ü ☃+%25 &?#b"));
        Assert.Equal(Content[10..20], await bucket.ReadAsync("a/ü ☃+%25 &?#b", new ObjectSelection(From: 10, To: 19)));
        Assert.Equal(Content[99_990..], await bucket.ReadAsync("a/ü ☃+%25 &?#b", new ObjectSelection(From: 99_990)));
        ObjectState? found = await bucket.Bucket.FindAsync("a/ü ☃+%25 &?#b", null, CancellationToken.None);
        Assert.Equal((put.ETag, 100_000L, "ab", "acme", "kek-1"), (found!.ETag, found.Length, found.Metadata["te-message"], found.Metadata["te-tenant"], found.Metadata["te-kek"]));
        await using ObjectContent part = await bucket.Bucket.OpenAsync("a/ü ☃+%25 &?#b", new ObjectSelection(From: 10, To: 19), CancellationToken.None);
        Assert.Equal(100_000, part.State.Length);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Nothing_takes_the_place_of_an_object_that_was_not_seen()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        ObjectState first = await bucket.PutAsync("key", Content, messageId: "01");

        await Refusal.IsAsync(ErrorCodes.OutputExists, () => bucket.PutAsync("key", [1], messageId: "02"));
        ObjectState second = await bucket.PutAsync("key", [2], PutCondition.Still(first), messageId: "03");
        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => bucket.PutAsync("key", [3], PutCondition.Still(first), messageId: "04"));

        Assert.Equal([2], await bucket.ReadAsync("key"));
        Assert.True(await bucket.Bucket.DeleteAsync("key", second.ETag, CancellationToken.None));
        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => bucket.PutAsync("key", [4], PutCondition.Still(second), messageId: "05"));
        Assert.Null(await bucket.Bucket.FindAsync("key", null, CancellationToken.None));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_that_another_one_took_the_place_of_is_not_deleted()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        ObjectState first = await bucket.PutAsync("key", Content, messageId: "01");
        await bucket.PutAsync("key", [2], PutCondition.Still(first), messageId: "02");

        Assert.False(await bucket.Bucket.DeleteAsync("key", first.ETag, CancellationToken.None));
        Assert.Equal([2], await bucket.ReadAsync("key"));
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(1000)]
    [InlineData((64 << 20) + 1)]
    public async Task An_answer_lost_after_the_object_was_put_is_settled_by_its_message_id(int length)
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        string operation = length > 1000 ? "CompleteMultipartUpload" : "PutObject";

        // Every answer is lost: those of the SDK's own repeated tries, too.
        bucket.Proxy.Faults = FaultProxy.First(100, operation, () => new Fault.CutAfter());
        ObjectState put = await bucket.PutAsync("key", new byte[length], messageId: "0a");

        Assert.Equal((length, "0a"), (put.Length, put.Metadata["te-message"]));
        Assert.Equal(new byte[length], await bucket.ReadAsync("key"));
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(1000)]
    [InlineData((64 << 20) + 1)]
    public async Task A_lost_answer_that_is_repeated_does_not_meet_itself_as_another_writer(int length)
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        string operation = length > 1000 ? "CompleteMultipartUpload" : "PutObject";
        bucket.Proxy.Faults = FaultProxy.First(1, operation, () => new Fault.CutAfter());

        await bucket.PutAsync("key", new byte[length], messageId: "0a");

        Assert.True(bucket.Proxy.Count(operation) > 1);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Another_message_of_the_same_length_is_not_taken_for_a_lost_answer()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        await bucket.PutAsync("key", Content, messageId: "01");
        bucket.Proxy.Faults = FaultProxy.First(1, "PutObject", () => new Fault.CutBefore());

        await Refusal.IsAsync(ErrorCodes.OutputExists, () => bucket.PutAsync("key", new byte[Content.Length], messageId: "02"));

        Assert.Equal(Content, await bucket.ReadAsync("key"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Who_never_gets_through_is_told_that_the_outcome_is_not_known()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { MaxAttempts = 2 });
        bucket.Proxy.Faults = FaultProxy.First(100, "PutObject", () => new Fault.CutBefore());

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SpaceUnreachable, () => bucket.PutAsync("key", Content));

        Assert.Contains("not known", error.Detail, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_server_that_asks_for_fewer_calls_is_asked_again_and_told_of_in_the_end()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { MaxAttempts = 3 });
        bucket.Proxy.Faults = FaultProxy.First(2, "PutObject", () => new Fault.Refuses(HttpStatusCode.ServiceUnavailable, "SlowDown"));
        await bucket.PutAsync("key", Content);
        Assert.Equal(3, bucket.Proxy.Count("PutObject"));

        bucket.Proxy.Faults = FaultProxy.First(3, "PutObject", () => new Fault.Refuses(HttpStatusCode.ServiceUnavailable, "SlowDown"));
        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => bucket.PutAsync("other", Content));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_conflict_with_another_writer_is_tried_again()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        bucket.Proxy.Faults = FaultProxy.First(3, "PutObject", () => new Fault.Refuses(HttpStatusCode.Conflict, "ConditionalRequestConflict"));

        await bucket.PutAsync("key", Content);

        Assert.Equal(4, bucket.Proxy.Count("PutObject"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_byte_that_changed_on_its_way_is_seen_by_the_checksum()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        bucket.Proxy.Faults = FaultProxy.First(1, "PutObject", () => new Fault.Damages());

        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => bucket.PutAsync("key", Content));

        Assert.Null(await bucket.Bucket.FindAsync("key", null, CancellationToken.None));
        Assert.All(bucket.Proxy.Seen.Where(request => request.Operation == "PutObject" && !request.IsProbe), request => Assert.Contains("x-amz-checksum-crc64nvme", request.Headers.Keys));
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_message_that_is_not_as_long_as_was_said_is_not_put(int difference)
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        NewObject what = TestBucket.New("key", Content.Length + difference);

        await Refusal.IsAsync(
            ErrorCodes.ObjectChanged, () => bucket.Bucket.PutAsync(what, (stream, token) => stream.WriteAsync(Content, token).AsTask(), CancellationToken.None));

        Assert.Null(await bucket.Bucket.FindAsync("key", null, CancellationToken.None));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_bucket_that_is_not_there_is_named()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        IBucket none = bucket.Store.Open("no-such-bucket-" + Guid.NewGuid().ToString("N"));

        TenantEncryptionException error = await Refusal.OfAsync(
            ErrorCodes.SpaceNotFound, () => none.PutAsync(TestBucket.New("key", 1), (stream, token) => stream.WriteAsync(new byte[1], token).AsTask(), CancellationToken.None));

        Assert.Contains(none.Name, error.Detail, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_is_forbidden_is_said_with_the_operation()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        await bucket.PutAsync("key", Content);
        bucket.Proxy.Faults = FaultProxy.First(100, "GetObject", () => new Fault.Refuses(HttpStatusCode.Forbidden, "AccessDenied"));

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SpaceDenied, () => bucket.ReadAsync("key"));

        Assert.Equal("s3:GetObject", error.Operation);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_unreachable()
    {
        using S3ObjectStore store = ObjectServer.NewStore(new S3Options { MaxAttempts = 1 }, "http://127.0.0.1:1");

        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => ((IObjectStore)store).Open("bucket").FindAsync("key", null, CancellationToken.None));
    }

    [Fact]
    public async Task Plain_http_to_another_machine_is_refused()
    {
        using S3ObjectStore store = ObjectServer.NewStore(null, "http://s3.example.com");

        await Refusal.IsAsync(ErrorCodes.InvalidInput, () => ((IObjectStore)store).Open("bucket").FindAsync("key", null, CancellationToken.None));
    }
}
