using System.Security.Cryptography;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Aws.Calls;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

public sealed class AnswerTests
{
    private const string MrkArn = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
    private static readonly byte[] DataKey = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task A_data_key_comes_with_its_ciphertext_key_and_request_id()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = DataKey, CiphertextBlob = new byte[] { 9, 8, 7 } }));
        using AwsKms kms = StubKms.Client();

        using KmsDataKey key = await kms.GenerateDataKeyAsync(At(stub), StubKms.KeyArn, StubKms.Context, default);

        Assert.Equal(DataKey, key.Plaintext.Span.ToArray());
        Assert.Equal((StubKms.KeyArn, StubAnswer.RequestId), (key.KeyArn, key.RequestId));
        Assert.Equal([9, 8, 7], key.CiphertextBlob);
        Assert.Equal(
            $$"""{"EncryptionContext":{"TenantId":"t-1"},"KeyId":"{{StubKms.KeyArn}}","KeySpec":"AES_256"}""",
            Assert.Single(stub.Requests).Body);
    }

    [Theory]
    [InlineData(200, "{\"KeyId\":\"", "application/x-amz-json-1.1")]
    [InlineData(400, "{\"__type\":\"", "application/x-amz-json-1.1")]
    [InlineData(500, "<html>", "text/html")]
    public async Task An_answer_without_end_is_left_after_one_MiB(int status, string start, string type)
    {
        string chunk = new('a', 64 << 10);
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => new StubAnswer(status, start + chunk) { ContentType = type, IsEndless = true });
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 3 });
        long before = GC.GetTotalAllocatedBytes();

        TenantEncryptionException error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.Contains("1 MiB", error.Detail, StringComparison.Ordinal);
        Assert.InRange(stub.Requests.Count, 1, 3);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 400L << 20);
    }

    [Fact]
    public async Task An_answer_whose_length_says_that_it_is_too_long_is_not_read()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => new StubAnswer(200, new string('a', 5)) with
        {
            Headers = new Dictionary<string, string> { ["Content-Length"] = "3000000" },
        });
        using AwsKms kms = StubKms.Client();

        TenantEncryptionException error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.Contains("1 MiB", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decrypt_names_the_key_and_the_context_and_is_signed_for_the_region()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = DataKey }));
        using AwsKms kms = StubKms.Client(options => options with { SessionCredentials = StubKms.Session("the-token") });

        using KmsPlaintext plaintext = await StubKms.DecryptAsync(kms, stub.Url);

        StubRequest request = Assert.Single(stub.Requests);
        Assert.Contains($"\"KeyId\":\"{StubKms.KeyArn}\"", request.Body, StringComparison.Ordinal);
        Assert.Contains("\"EncryptionContext\":{\"TenantId\":\"t-1\"}", request.Body, StringComparison.Ordinal);
        Assert.Matches("Credential=AKIDEXAMPLE/[0-9]{8}/eu-west-1/kms/aws4_request", request.Headers["Authorization"]);
        Assert.Equal("the-token", request.Headers["X-Amz-Security-Token"]);
    }

    [Theory]
    [InlineData(StubKms.KeyArn, "arn:aws:kms:eu-west-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab")]
    [InlineData(StubKms.KeyArn, "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    [InlineData(MrkArn, "arn:aws:kms:us-east-1:999988887777:key/mrk-1234abcd12ab34cd56ef1234567890ab")]
    [InlineData("1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/a", "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    public async Task An_answer_under_another_key_is_refused(string asked, string answered)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = answered, Plaintext = DataKey, CiphertextBlob = DataKey }));
        using AwsKms kms = StubKms.Client();
        KmsConnection connection = At(stub) with { Region = "eu-west-1" };

        foreach (Func<Task> call in (Func<Task>[])[
            () => kms.DecryptAsync(connection, asked, DataKey, StubKms.Context, default),
            () => kms.GenerateDataKeyAsync(connection, asked, StubKms.Context, default),
            () => kms.GenerateDataKeyWithoutPlaintextAsync(connection, asked, StubKms.Context, default),
            () => kms.EncryptAsync(connection, asked, DataKey, StubKms.Context, default)])
        {
            var error = await Assert.ThrowsAsync<TenantEncryptionException>(call);
            Assert.Equal((ErrorCodes.WrongKey, StubAnswer.RequestId), (error.Code, error.RequestId));
            Assert.Contains(answered, error.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_replica_of_the_multi_region_key_may_answer()
    {
        string replica = MrkArn.Replace("eu-west-1", "us-east-1", StringComparison.Ordinal);
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { KeyId = replica, Plaintext = DataKey }));
        using AwsKms kms = StubKms.Client();

        using KmsPlaintext plaintext = await StubKms.DecryptAsync(kms, stub.Url, MrkArn);

        Assert.Equal(replica, plaintext.KeyArn);
    }

    [Fact]
    public async Task A_description_has_the_facts_of_the_key()
    {
        string replica = MrkArn.Replace("eu-west-1", "us-east-1", StringComparison.Ordinal);
        string stranger = replica.Replace("111122223333", "444455556666", StringComparison.Ordinal);
        var metadata = new
        {
            KeyId = "mrk-1234abcd12ab34cd56ef1234567890ab",
            Arn = MrkArn,
            KeyState = "PendingDeletion",
            KeyUsage = "ENCRYPT_DECRYPT",
            KeySpec = "SYMMETRIC_DEFAULT",
            KeyManager = "CUSTOMER",
            Origin = "AWS_KMS",
            MultiRegion = true,
            DeletionDate = 1798761600.0,
            MultiRegionConfiguration = new
            {
                MultiRegionKeyType = "PRIMARY",
                PrimaryKey = new { Arn = MrkArn, Region = "eu-west-1" },
                ReplicaKeys = new[] { new { Arn = replica, Region = "us-east-1" }, new { Arn = stranger, Region = "us-east-1" }, new { Arn = "?", Region = "?" } },
            },
        };
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { KeyMetadata = metadata }));
        using AwsKms kms = StubKms.Client();

        KmsKeyDescription key = await kms.DescribeKeyAsync(At(stub) with { Region = "eu-west-1" }, "alias/app", default);

        Assert.Equal(
            (MrkArn, "PendingDeletion", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "CUSTOMER", "AWS_KMS", true, StubAnswer.RequestId),
            (key.KeyArn, key.KeyState, key.KeyUsage, key.KeySpec, key.KeyManager, key.Origin, key.MultiRegion, key.RequestId));
        Assert.NotEqual(replica, stranger);
        Assert.Equal([replica], key.RelatedKeyArns);
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), key.DeletionDate);
    }

    [Fact]
    public async Task A_symmetric_key_described_without_its_usage_has_the_only_usage_there_is()
    {
        var metadata = new
        {
            Arn = StubKms.KeyArn,
            KeyState = "Enabled",
            KeySpec = "SYMMETRIC_DEFAULT",
            KeyManager = "CUSTOMER",
            Origin = "AWS_KMS",
        };
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { KeyMetadata = metadata }));
        using AwsKms kms = StubKms.Client();

        KmsKeyDescription key = await kms.DescribeKeyAsync(At(stub), StubKms.KeyArn, default);

        Assert.Equal("ENCRYPT_DECRYPT", key.KeyUsage);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"KeyId\":\"KEY\"}")]
    [InlineData("{\"KeyId\":\"KEY\",\"Plaintext\":\"\",\"CiphertextBlob\":\"AQID\"}")]
    [InlineData("{\"KeyId\":\"KEY\",\"Plaintext\":\"AQID\",\"CiphertextBlob\":\"AQID\"}")]
    [InlineData("{\"KeyId\":\"not-an-arn\",\"Plaintext\":\"PLAIN\",\"CiphertextBlob\":\"AQID\"}")]
    [InlineData("{\"KeyId\":\"KEY\",\"Plaintext\":\"PLAIN\"}")]
    [InlineData("{\"KeyId\":\"KEY\",\"Plaintext\":\"PLAIN\",\"CiphertextBlob\":")]
    [InlineData("{\"KeyId\":\"KEY\",\"Plaintext\":[\"PLAIN\"]}")]
    public async Task A_bad_answer_is_an_error_that_shows_no_plaintext(string body)
    {
        string plain = Convert.ToBase64String(DataKey);
        string sent = body.Replace("KEY", StubKms.KeyArn, StringComparison.Ordinal).Replace("PLAIN", plain, StringComparison.Ordinal);
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => new StubAnswer(200, sent));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.GenerateDataKeyAsync(At(stub), StubKms.KeyArn, StubKms.Context, default));

        Assert.Equal(ErrorCodes.Unknown, error.Code);
        Assert.Null(error.InnerException);
        Assert.DoesNotContain(plain, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(plain[..10], error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_encryption_shows_no_plaintext_and_no_secret()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, "disabled"));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.EncryptAsync(At(stub), StubKms.KeyArn, Encoding.UTF8.GetBytes("the plaintext"), StubKms.Context, default));

        Assert.DoesNotContain(Convert.ToBase64String("the plaintext"u8), error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the plaintext", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(StubKms.Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Taking_a_plaintext_zeroes_the_streams_bytes()
    {
        // As the SDK makes it: over an array that the stream does not give out.
        byte[] bytes = [1, 2, 3, 4];
        using var stream = new MemoryStream(bytes);
        Assert.False(stream.TryGetBuffer(out _));

        using SecretBytes secret = PlaintextBuffer.Take(stream);

        Assert.Equal([1, 2, 3, 4], secret.Span.ToArray());
        Assert.Equal(new byte[4], bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(40_000)]
    public async Task The_body_of_an_answer_is_whole_while_it_is_read_and_gone_when_it_is_disposed(int length)
    {
        byte[] sent = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        using var source = new ByteArrayContent(sent);
        source.Headers.ContentType = new("application/x-amz-json-1.1");
        AnswerContent answer = await AnswerContent.ReadAsync(source, AnswerLimit.Longest, CancellationToken.None);

        Assert.Equal(length, answer.Headers.ContentLength);
        Assert.Equal("application/x-amz-json-1.1", answer.Headers.ContentType?.MediaType);
        var copy = new MemoryStream();
        await answer.CopyToAsync(copy);
        Assert.Equal(sent, copy.ToArray());
        Stream stream = await answer.ReadAsStreamAsync();
        answer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public async Task The_SDKs_own_copy_of_a_plaintext_is_zeroed()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = DataKey }));
        var settings = new AmazonKeyManagementServiceConfig { ServiceURL = stub.Url, AuthenticationRegion = "eu-west-1" };
        using var sdk = new AmazonKeyManagementServiceClient(new BasicAWSCredentials("AKIDEXAMPLE", StubKms.Secret), settings);
        DecryptResponse answer = await sdk.DecryptAsync(new DecryptRequest { CiphertextBlob = new MemoryStream([1]) });

        using SecretBytes secret = PlaintextBuffer.Take(answer.Plaintext);

        Assert.Equal(DataKey, secret.Span.ToArray());
        Assert.Equal(new byte[32], answer.Plaintext.ToArray());
    }

    private static KmsConnection At(StubEndpoint stub) => new() { EndpointUrl = stub.Url };
}
