using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests.Administration;

[Collection(EnvironmentCollection.Name)]
public sealed class CallerTests
{
    [Fact]
    public async Task The_caller_is_who_STS_says()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", local.Connection.EndpointUrl));

        KmsAnswer<KmsCaller> caller = await local.Administration.GetCallerAsync(local.Connection, default);

        Assert.Equal(new KmsCaller("111122223333", "arn:aws:iam::111122223333:root"), caller.Value);
        Assert.NotNull(caller.RequestId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_KMS_on_this_machine_is_asked_itself_unless_STS_has_an_endpoint(string? none)
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using (new EnvironmentScope(("AWS_ENDPOINT_URL_STS", none)))
        {
            Assert.Equal("111122223333", (await local.Administration.GetCallerAsync(local.Connection, default)).Value.AccountId);
        }

        using var elsewhere = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1"));
        using AwsKms other = LocalKmsSession.Client("local");
        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => other.Administration.GetCallerAsync(local.Connection, default));
        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
    }

    [Fact]
    public async Task A_caller_whom_nobody_knows_has_invalid_credentials()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using var environment = new EnvironmentScope(("AWS_ENDPOINT_URL_STS", local.Connection.EndpointUrl));
        using AwsKms stranger = LocalKmsSession.Client("not the secret");

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => stranger.Administration.GetCallerAsync(local.Connection, default));

        Assert.Equal((ErrorCodes.CredentialsInvalid, "sts:GetCallerIdentity"), (error.Code, error.Operation));
    }
}
