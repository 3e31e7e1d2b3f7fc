using Amazon.KeyManagementService;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Identity;

public sealed class StsTests : ServerTest
{
    private const string Role = "arn:aws:iam::111122223333:role/team/app";

    [Fact]
    public async Task The_caller_is_the_root_of_the_local_account()
    {
        GetCallerIdentityResponse caller = await Sts().GetCallerIdentityAsync(new GetCallerIdentityRequest());
        Assert.Equal(("111122223333", Root, "111122223333"), (caller.Account, caller.Arn, caller.UserId));
    }

    [Fact]
    public async Task A_session_acts_as_its_role_until_the_role_is_gone()
    {
        DefineRole("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}""");
        AssumeRoleResponse session = await Sts().AssumeRoleAsync(new AssumeRoleRequest { RoleArn = Role, RoleSessionName = "worker-1", DurationSeconds = 900 });
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/app/worker-1", session.AssumedRoleUser.Arn);

        string key = await NewKeyAsync(Statement(Role, "kms:DescribeKey"));
        Amazon.SecurityToken.Model.Credentials credentials = session.Credentials;
        AmazonKeyManagementServiceClient worker = Client(accessKey: credentials.AccessKeyId, secret: credentials.SecretAccessKey, sessionToken: credentials.SessionToken);
        await worker.DescribeKeyAsync(key);
        await RefusedAsync("UnrecognizedClientException", () =>
            Client(accessKey: credentials.AccessKeyId, secret: credentials.SecretAccessKey, sessionToken: credentials.SessionToken[..^4] + "AAAA").DescribeKeyAsync(key));

        Server.RemovePrincipal(Role);
        await RefusedAsync("UnrecognizedClientException", () => worker.DescribeKeyAsync(key));
    }

    [Fact]
    public void A_session_ends_when_its_time_is_up()
    {
        var time = new SettableTime();
        using var state = new KmsState(folder: null);
        var directory = new IdentityDirectory(state, time);
        directory.Put(new Principal { Arn = Role });
        string token = new SessionToken("ASIA1", Role, "arn:aws:sts::111122223333:assumed-role/app/s", time.GetUtcNow().AddMinutes(15)).Seal(state.ServiceSecret);
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/app/s", directory.Authenticate("ASIA1", token).Caller.Arn);
        Assert.Equal("UnrecognizedClientException", Assert.Throws<KmsError>(() => directory.Authenticate("ASIA2", token)).Type);
        time.Shift = TimeSpan.FromMinutes(15);
        Assert.Equal("ExpiredTokenException", Assert.Throws<KmsError>(() => directory.Authenticate("ASIA1", token)).Type);
    }

    [Fact]
    public async Task An_expired_session_token_is_told_as_such()
    {
        Server.Define($$"""
            {"principals":[{"arn":"{{Role}}","accessKeys":[{"id":"old","secret":"old","sessionToken":"token","expires":"2020-01-01T00:00:00Z"}]}]}
            """);
        await RefusedAsync("ExpiredTokenException", () => Client(accessKey: "old", sessionToken: "token").ListKeysAsync(new()));
        await RefusedAsync("UnrecognizedClientException", () => Client(accessKey: "old", sessionToken: "other").ListKeysAsync(new()));
    }

    [Fact]
    public async Task A_trust_policy_decides_who_assumes_the_role()
    {
        DefineRole("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}]}""");
        AssumeRoleRequest request = new() { RoleArn = Role, RoleSessionName = "worker" };
        AmazonSecurityTokenServiceException refused = await Assert.ThrowsAsync<AmazonSecurityTokenServiceException>(() => Sts().AssumeRoleAsync(request));
        Assert.Equal(("AccessDenied", System.Net.HttpStatusCode.Forbidden), (refused.ErrorCode, refused.StatusCode));
        request.ExternalId = "secret";
        await Sts().AssumeRoleAsync(request);
        DefinePrincipal("arn:aws:iam::111122223333:user/alice", "alice");
        await Assert.ThrowsAsync<AmazonSecurityTokenServiceException>(() => Sts("alice").AssumeRoleAsync(request));
    }

    [Fact]
    public async Task A_wrong_secret_is_SignatureDoesNotMatch()
    {
        AmazonSecurityTokenServiceException refused = await Assert.ThrowsAsync<AmazonSecurityTokenServiceException>(
            () => Sts("local", "wrong").GetCallerIdentityAsync(new GetCallerIdentityRequest()));
        Assert.Equal("SignatureDoesNotMatch", refused.ErrorCode);
    }

    private void DefineRole(string trust) => Server.Define($$"""{"principals":[{"arn":"{{Role}}","trustPolicy":{{trust}}}]}""");
}
