using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

/// <summary>What an object has beside its content goes over to the one that takes its place.</summary>
public sealed class SettingsTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(1)]
    [InlineData((64 << 20) + 1)]
    public async Task Class_tags_metadata_headers_and_locks_are_carried_over(int length)
    {
        await using TestBucket bucket = await server.NewBucketAsync(locks: true);
        DateTime until = new(2050, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var request = new PutObjectRequest
        {
            BucketName = bucket.Name,
            Key = "key",
            ContentBody = "x",
            StorageClass = S3StorageClass.StandardInfrequentAccess,
            TagSet = [new Tag { Key = "cost", Value = "a b/ü" }, new Tag { Key = "x", Value = "" }],
            ContentType = "application/x-thing",
            ObjectLockMode = ObjectLockMode.Governance,
            ObjectLockRetainUntilDate = until,
            ObjectLockLegalHoldStatus = ObjectLockLegalHoldStatus.On,
        };
        request.Metadata["colour"] = "green";
        request.Headers.CacheControl = "no-store";
        request.Headers.ContentDisposition = "inline";
        request.Headers.ContentEncoding = "br";
        request.Headers.ContentLanguage = "ja";
        await bucket.Administrator.PutObjectAsync(request);
        ObjectState there = (await bucket.Bucket.FindAsync("key", null, CancellationToken.None))!;
        ObjectSettings read = await bucket.ReadSettingsAsync("key");

        await bucket.PutAsync("key", new byte[length], PutCondition.Still(there), read, "0a");

        ObjectSettings carried = await bucket.ReadSettingsAsync("key");
        Assert.Equal(("STANDARD_IA", "application/x-thing", "no-store", "inline", "br", "ja"), (carried.StorageClass, carried.ContentType, carried.CacheControl, carried.ContentDisposition, carried.ContentEncoding, carried.ContentLanguage));
        Assert.Equal(new ObjectHold("GOVERNANCE", until, Legal: true), read.Hold);
        Assert.True(read.Hold.Holds(DateTimeOffset.UnixEpoch.AddYears(100)));

        // moto_server takes no locks for what comes in parts: what it was sent is looked at.
        ProxiedRequest written = bucket.Proxy.Seen.Last(one => !one.IsProbe && one.Operation is "PutObject" or "CreateMultipartUpload");
        Assert.Equal(
            ("GOVERNANCE", "2050-01-02T03:04:05Z", "ON"),
            (written.Headers["x-amz-object-lock-mode"], written.Headers["x-amz-object-lock-retain-until-date"], written.Headers["x-amz-object-lock-legal-hold"]));
        Assert.Equal([("cost", "a b/ü"), ("x", "")], carried.Tags.Select(tag => (tag.Key, tag.Value)).Order());
        Assert.Equal(("green", "0a", "acme"), (carried.Metadata["colour"], carried.Metadata["te-message"], carried.Metadata["te-tenant"]));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_without_any_has_none()
    {
        await using TestBucket bucket = await server.NewBucketAsync();
        await bucket.PutAsync("key", [1]);

        ObjectSettings read = await bucket.ReadSettingsAsync("key");

        Assert.Empty(read.Tags);
        Assert.Equal((ObjectHold.None, null), (read.Hold, read.ContentEncoding));
        Assert.Equal(["te-kek", "te-message", "te-tenant"], read.Metadata.Keys.Order());
    }

    [Fact]
    public void The_hints_are_ASCII_and_leave_out_what_is_too_long()
    {
        IReadOnlyDictionary<string, string> metadata = ObjectHints.Of("Müller & Söhne", null, "0a", new Dictionary<string, string> { ["te-kek"] = "of the old one", ["mine"] = "1" });

        Assert.Equal("M%C3%BCller%20%26%20S%C3%B6hne", metadata[ObjectHints.Tenant]);
        Assert.False(metadata.ContainsKey(ObjectHints.Kek));
        Assert.Equal("1", metadata["mine"]);
        Assert.False(ObjectHints.Of(new string('☃', 256), null, "0a").ContainsKey(ObjectHints.Tenant));
    }
}
