using System.Net;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

public sealed class LargeObjectTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    private const int Length = (72 << 20) + 12_345;

    private static readonly byte[] Content = Bytes();

    [InteropFact(ProgramNames.MotoServer)]
    public async Task It_is_put_in_parts_of_8_MiB_and_comes_back_the_same()
    {
        await using TestBucket bucket = await server.NewBucketAsync();

        ObjectState put = await PutAsync(bucket);

        Assert.Equal(10, bucket.Proxy.Count("UploadPart"));
        Assert.EndsWith("-10\"", put.ETag, StringComparison.Ordinal);
        Assert.Equal(Content, await bucket.ReadAsync("key"));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Its_condition_is_that_of_its_completion()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        ObjectState first = await bucket.PutAsync("key", [1], messageId: "01");

        await Refusal.IsAsync(ErrorCodes.OutputExists, () => PutAsync(bucket));
        ObjectState second = await PutAsync(bucket, PutCondition.Still(first), "02");
        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => PutAsync(bucket, PutCondition.Still(first), "03"));

        Assert.Equal(second.ETag, (await bucket.Bucket.FindAsync("key", null, CancellationToken.None))!.ETag);
        await ExpectNoUploadAsync(bucket);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_part_that_fails_is_sent_again_and_one_that_keeps_failing_ends_it()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { MaxAttempts = 3 });
        bucket.Proxy.Faults = FaultProxy.First(2, "UploadPart", () => new Fault.CutBefore());
        await PutAsync(bucket);
        Assert.Equal(Content, await bucket.ReadAsync("key"));

        bucket.Proxy.Faults = request => request is { Operation: "UploadPart" } && request.Target.Contains("partNumber=4", StringComparison.Ordinal) ? new Fault.Refuses(HttpStatusCode.InternalServerError, "InternalError") : null;
        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => PutAsync(bucket, messageId: "02", key: "other"));

        Assert.Null(await bucket.Bucket.FindAsync("other", null, CancellationToken.None));
        await ExpectNoUploadAsync(bucket);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Who_fails_to_write_it_or_cancels_leaves_nothing_behind()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        using var stop = new CancellationTokenSource();
        NewObject what = TestBucket.New("key", Length);

        await Assert.ThrowsAsync<InvalidDataException>(() => bucket.Bucket.PutAsync(what, WriteHalfAsync(() => throw new InvalidDataException()), CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bucket.Bucket.PutAsync(what, WriteHalfAsync(stop.Cancel), stop.Token));
        await Refusal.IsAsync(ErrorCodes.ObjectChanged, () => bucket.Bucket.PutAsync(what, WriteHalfAsync(() => { }), CancellationToken.None));

        Assert.Null(await bucket.Bucket.FindAsync("key", null, CancellationToken.None));
        await ExpectNoUploadAsync(bucket);

        static Func<Stream, CancellationToken, Task> WriteHalfAsync(Action then) => async (stream, token) =>
        {
            await stream.WriteAsync(Content.AsMemory(0, Length / 2), token);
            then();
            token.ThrowIfCancellationRequested();
        };
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Several_at_once_share_the_memory_of_one()
    {
        await using TestBucket bucket = await server.NewBucketAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => PutAsync(bucket, messageId: $"0{number}", key: $"key-{number}")));

        for (int number = 0; number < 4; number++)
        {
            Assert.Equal(Content, await bucket.ReadAsync($"key-{number}"));
        }
    }

    [Theory]
    [InlineData(64L << 20, 8 << 20)]
    [InlineData(78L << 30, 8 << 20)]
    [InlineData(10_000L * (8 << 20), 8 << 20)]
    [InlineData((10_000L * (8 << 20)) + 1, 9 << 20)]
    [InlineData(10_000L * (64 << 20), 64 << 20)]
    public void Parts_are_as_short_as_ten_thousand_of_them_allow(long length, int part)
    {
        Assert.Equal(part, S3Bucket.PartLengthOf(length));
        Assert.True((length + part - 1) / part <= 10_000);
    }

    [Fact]
    public async Task What_takes_more_parts_than_there_can_be_is_refused_before_anything_is_sent()
    {
        using S3ObjectStore store = ObjectServer.NewStore(null, "http://127.0.0.1:1");
        NewObject what = TestBucket.New("key", (10_000L * (64 << 20)) + 1);

        await Refusal.IsAsync(ErrorCodes.LimitExceeded, () => ((IObjectStore)store).Open("bucket").PutAsync(what, (_, _) => Task.CompletedTask, CancellationToken.None));
    }

    private static Task<ObjectState> PutAsync(TestBucket bucket, PutCondition condition = default, string messageId = "0a", string key = "key") =>
        bucket.Bucket.PutAsync(
            TestBucket.New(key, Length, condition, messageId: messageId),
            async (stream, token) =>
            {
                // As frames come.
                for (int at = 0; at < Length; at += 262_000)
                {
                    await stream.WriteAsync(Content.AsMemory(at, Math.Min(262_000, Length - at)), token);
                }
            },
            CancellationToken.None);

    private static async Task ExpectNoUploadAsync(TestBucket bucket) =>
        Assert.Empty((await bucket.Administrator.ListMultipartUploadsAsync(bucket.Name)).MultipartUploads ?? []);

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[Length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
