using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

public sealed class CredentialTests
{
    [Fact]
    public async Task A_profile_that_does_not_exist_is_named()
    {
        using AwsKms kms = StubKms.Client();
        var connection = new KmsConnection { EndpointUrl = "http://127.0.0.1:1", ProfileName = "no-such-profile" };

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => kms.DescribeKeyAsync(connection, StubKms.KeyArn, default));

        Assert.Equal(ErrorCodes.CredentialsInvalid, error.Code);
        Assert.Contains("no-such-profile", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_the_session_credentials_ends_their_use()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = new byte[32] }));
        AwsSessionCredentials session = StubKms.Session();
        using AwsKms kms = StubKms.Client(options => options with { SessionCredentials = session });
        using (await StubKms.DecryptAsync(kms, stub.Url))
        {
            session.Dispose();
        }

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.CredentialsInvalid, error.Code);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public void Disposing_the_client_zeroes_the_session_credentials()
    {
        var secret = new SecretBytes(Encoding.UTF8.GetBytes(StubKms.Secret));
        var token = new SecretBytes(Encoding.UTF8.GetBytes("token"));
        var kms = new AwsKms(new AwsKmsOptions { SessionCredentials = new AwsSessionCredentials("AKIDEXAMPLE", secret, token) });

        kms.Dispose();

        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => token.Span.Length);
    }

    [Fact]
    public void Session_credentials_print_no_secret()
    {
        using AwsSessionCredentials session = StubKms.Session("the-token");

        Assert.Equal("session credentials AKIDEXAMPLE", session.ToString());
        Assert.DoesNotContain(StubKms.Secret, new AwsKmsOptions { SessionCredentials = session }.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "secret")]
    [InlineData("AKIDEXAMPLE", "")]
    public async Task Session_credentials_that_lack_a_part_are_refused(string accessKeyId, string secret)
    {
        var session = new AwsSessionCredentials(accessKeyId, new SecretBytes(Encoding.UTF8.GetBytes(secret)));
        using AwsKms kms = StubKms.Client(options => options with { SessionCredentials = session });

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, "http://127.0.0.1:1"));

        Assert.Equal(ErrorCodes.CredentialsInvalid, error.Code);
    }
}
