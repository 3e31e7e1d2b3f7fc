using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

[Collection(EnvironmentCollection.Name)]
public sealed class EnvironmentTests
{
    private const string RoleArn = "arn:aws:iam::111122223333:role/tenant-encryption";

    [Fact]
    public async Task A_role_is_assumed_at_the_configured_STS_and_signs_the_call_to_KMS()
    {
        await using StubEndpoint sts = await StubEndpoint.StartAsync(_ => Assumed());
        await using StubEndpoint kmsStub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = new byte[32] }));
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", sts.Url));
        using AwsKms kms = StubKms.Client();
        var connection = new KmsConnection { EndpointUrl = kmsStub.Url, RoleArn = RoleArn, ExternalId = "customer-7" };

        for (int call = 0; call < 2; call++)
        {
            using KmsPlaintext plaintext = await kms.DecryptAsync(connection, StubKms.KeyArn, new byte[] { 1 }, StubKms.Context, default);
        }

        string asked = WebUtility.UrlDecode(Assert.Single(sts.Requests).Body);
        Assert.Contains($"RoleArn={RoleArn}", asked, StringComparison.Ordinal);
        Assert.Contains("ExternalId=customer-7", asked, StringComparison.Ordinal);
        Assert.Contains("/eu-west-1/sts/", sts.Requests.First().Headers["Authorization"], StringComparison.Ordinal);
        Assert.All(
            kmsStub.Requests,
            request => Assert.Contains("Credential=ASIAROLE/", request.Headers["Authorization"], StringComparison.Ordinal));
        Assert.All(kmsStub.Requests, request => Assert.Equal("role-token", request.Headers["X-Amz-Security-Token"]));
        Assert.Equal(2, kmsStub.Requests.Count);
    }

    [Theory]
    [InlineData("AccessDenied", 403, ErrorCodes.CredentialsInvalid)]
    [InlineData("InvalidClientTokenId", 403, ErrorCodes.CredentialsInvalid)]
    [InlineData("ExpiredToken", 403, ErrorCodes.CredentialsInvalid)]
    [InlineData("ValidationError", 400, ErrorCodes.CredentialsInvalid)]
    [InlineData("RegionDisabledException", 403, ErrorCodes.CredentialsInvalid)]
    [InlineData("Throttling", 400, ErrorCodes.Throttled)]
    [InlineData("ServiceUnavailable", 503, ErrorCodes.KmsUnreachable)]
    public async Task A_role_that_can_not_be_assumed_is_named(string name, int status, string code)
    {
        await using StubEndpoint sts = await StubEndpoint.StartAsync(
            _ => StubAnswer.StsError(name, status, "not authorized to perform: sts:AssumeRole"));
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", sts.Url));
        using AwsKms kms = StubKms.Client();

        TenantEncryptionException error = await CallWithRoleAsync(kms);

        Assert.Equal((code, "sts:AssumeRole", StubAnswer.RequestId), (error.Code, error.Operation, error.RequestId));
        Assert.Contains(RoleArn, error.Detail, StringComparison.Ordinal);
        Assert.Contains(name, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_STS_that_does_not_answer_is_no_refusal()
    {
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1"));
        using AwsKms kms = StubKms.Client();

        TenantEncryptionException error = await CallWithRoleAsync(kms);

        Assert.Equal((ErrorCodes.KmsUnreachable, "sts:AssumeRole"), (error.Code, error.Operation));
        Assert.Contains("STS", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_was_refused_is_asked_for_again()
    {
        int calls = 0;
        await using StubEndpoint sts = await StubEndpoint.StartAsync(
            _ => Interlocked.Increment(ref calls) == 1 ? StubAnswer.StsError("AccessDenied", 403, "") : Assumed());
        await using StubEndpoint kmsStub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = new byte[32] }));
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", sts.Url));
        using AwsKms kms = StubKms.Client();
        var connection = new KmsConnection { EndpointUrl = kmsStub.Url, RoleArn = RoleArn };
        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.DecryptAsync(connection, StubKms.KeyArn, new byte[] { 1 }, StubKms.Context, default));

        using KmsPlaintext plaintext = await kms.DecryptAsync(connection, StubKms.KeyArn, new byte[] { 1 }, StubKms.Context, default);

        Assert.Equal(32, plaintext.Plaintext.Length);
    }

    [Theory]
    [InlineData("AWS_ENDPOINT_URL_KMS")]
    [InlineData("AWS_ENDPOINT_URL")]
    public async Task A_configured_endpoint_is_used_and_obeys_the_rule_for_plain_http(string variable)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, ""));
        using AwsKms kms = StubKms.Client();
        using (new EnvironmentScope((variable, stub.Url)))
        {
            var reached = await Assert.ThrowsAsync<TenantEncryptionException>(
                () => kms.DescribeKeyAsync(new KmsConnection(), StubKms.KeyArn, default));
            Assert.Equal(ErrorCodes.KeyDisabled, reached.Code);
        }

        using var environment = new EnvironmentScope((variable, "http://kms.example.com"));
        using AwsKms other = StubKms.Client();
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => other.DescribeKeyAsync(new KmsConnection(), StubKms.KeyArn, default));
        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
    }

    [Fact]
    public async Task A_FIPS_setting_in_the_environment_does_not_break_an_endpoint_of_ones_own()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, ""));
        using var environment = new EnvironmentScope(("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "true"));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.KeyDisabled, error.Code);
    }

    [Fact]
    public async Task The_default_chain_reads_the_environment()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, ""));
        using var environment = new EnvironmentScope(
            ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_REGION", "ap-south-1"));
        using AwsKms kms = StubKms.Client(options => options with { SessionCredentials = null });

        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.DescribeKeyAsync(new KmsConnection { EndpointUrl = stub.Url }, "alias/app", default));

        Assert.Contains("Credential=AKIDENVIRONMENT/", Assert.Single(stub.Requests).Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("/ap-south-1/kms/", Assert.Single(stub.Requests).Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_region_anywhere_the_identifier_is_not_called()
    {
        using var environment = new EnvironmentScope();
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.DescribeKeyAsync(new KmsConnection(), "alias/app", default));

        Assert.Equal(ErrorCodes.InvalidInput, error.Code);
        Assert.Contains("region", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_gives_credentials_and_region_and_is_read_again_after_a_refusal()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(request =>
            request.Headers["Authorization"].Contains("AKIDOLD", StringComparison.Ordinal)
                ? StubAnswer.Error("UnrecognizedClientException", 400, "")
                : StubAnswer.Error("DisabledException", 400, ""));
        using var environment = new EnvironmentScope();
        using AwsKms kms = StubKms.Client();
        var connection = new KmsConnection { EndpointUrl = stub.Url, ProfileName = "customer" };

        await File.WriteAllTextAsync(environment.CredentialsFile, Profile("AKIDOLD"));
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => kms.DescribeKeyAsync(connection, "alias/app", default));
        await File.WriteAllTextAsync(environment.CredentialsFile, Profile("AKIDNEW"));
        var accepted = await Assert.ThrowsAsync<TenantEncryptionException>(() => kms.DescribeKeyAsync(connection, "alias/app", default));

        Assert.Equal((ErrorCodes.CredentialsInvalid, "sa-east-1"), (refused.Code, refused.Region));
        Assert.Equal(ErrorCodes.KeyDisabled, accepted.Code);
    }

    [Fact]
    public async Task A_source_of_credentials_that_never_answers_is_waited_for_within_a_limit()
    {
        using var blackHole = new TcpListener(IPAddress.Loopback, 0);
        blackHole.Start();
        using var environment = new EnvironmentScope(("AWS_CONTAINER_CREDENTIALS_FULL_URI", $"http://{blackHole.LocalEndpoint}/"));
        using AwsKms kms = StubKms.Client(
            options => options with { SessionCredentials = null, CredentialsTimeout = TimeSpan.FromMilliseconds(300) });
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, "http://127.0.0.1:1"));

        Assert.Equal((ErrorCodes.CredentialsInvalid, "kms:Decrypt"), (error.Code, error.Operation));
        Assert.Contains("within 0.3 s", error.Detail, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    private static async Task<TenantEncryptionException> CallWithRoleAsync(AwsKms kms)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { }));
        var connection = new KmsConnection { EndpointUrl = stub.Url, RoleArn = RoleArn };
        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.DecryptAsync(connection, StubKms.KeyArn, new byte[] { 1 }, StubKms.Context, default));
        Assert.Empty(stub.Requests);
        return error;
    }

    private static string Profile(string accessKeyId) =>
        $"[customer]\naws_access_key_id = {accessKeyId}\naws_secret_access_key = secret\nregion = sa-east-1\n";

    private static StubAnswer Assumed() => new(
        200,
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
        + "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>"
        + $"<Expiration>{DateTimeOffset.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials></AssumeRoleResult>"
        + $"<ResponseMetadata><RequestId>{StubAnswer.RequestId}</RequestId></ResponseMetadata></AssumeRoleResponse>")
    { ContentType = "text/xml" };
}
