using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

/// <summary>An endpoint that writes whether a condition holds or not would lose what others wrote: it is not written to.</summary>
public sealed class ConditionTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_endpoint_that_does_not_mind_conditions_is_refused_and_nothing_stays_there()
    {
        await using TestBucket bucket = await server.NewBucketAsync(versions: true);
        bucket.Proxy.MindsConditionsOfPut = false;

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SpaceUnsuitable, () => bucket.PutAsync("key", [1]));

        Assert.Contains("If-Match", error.Detail, StringComparison.Ordinal);
        Assert.Empty((await bucket.Administrator.ListVersionsAsync(bucket.Name)).Versions ?? []);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_that_minds_those_of_PutObject_alone_takes_small_messages_and_no_large_ones()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        bucket.Proxy.MindsConditionsOfParts = false;

        await bucket.PutAsync("small", [1]);
        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SpaceUnsuitable, () => bucket.PutAsync("large", new byte[(64 << 20) + 1]));

        Assert.Contains("CompleteMultipartUpload", error.Detail, StringComparison.Ordinal);
        Assert.Equal(["small"], (await bucket.Administrator.ListObjectsAsync(bucket.Name)).S3Objects.Select(one => one.Key));
        Assert.Empty((await bucket.Administrator.ListMultipartUploadsAsync(bucket.Name)).MultipartUploads ?? []);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_that_does_not_know_them_is_refused_with_what_it_said()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        bucket.Proxy.Faults = request => request.IsProbe ? new Fault.Refuses(System.Net.HttpStatusCode.NotImplemented, "NotImplemented") : null;

        TenantEncryptionException error = await Refusal.OfAsync(ErrorCodes.SpaceUnsuitable, () => bucket.PutAsync("key", [1]));

        Assert.Contains("NotImplemented", error.Detail, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_bucket_is_asked_once()
    {
        await using TestBucket bucket = await server.NewBucketAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => bucket.PutAsync($"key-{number}", [1])));

        Assert.Single(bucket.Proxy.Seen, request => request.IsProbe);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_question_without_an_answer_is_asked_again()
    {
        await using TestBucket bucket = await server.NewBucketAsync(new S3Options { MaxAttempts = 1 });
        bucket.Proxy.Faults = request => request.IsProbe ? new Fault.CutBefore() : null;
        await Refusal.IsAsync(ErrorCodes.SpaceUnreachable, () => bucket.PutAsync("key", [1]));

        bucket.Proxy.Faults = _ => null;
        await bucket.PutAsync("key", [1]);
    }
}
