using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Faults;

public sealed class FaultTests : ServerTest
{
    [Fact]
    public async Task The_same_seed_gives_the_same_faults()
    {
        var plan = new FaultPlan { Seed = 11, Throttle = 0.3, ServerError = 0.1, ExpiredCredentials = 0.1 };
        string key = await NewKeyAsync();
        string[] first = await RunAsync(plan, key);
        Assert.Equal(first, await RunAsync(plan, key));
        Assert.NotEqual(first, await RunAsync(plan with { Seed = 12 }, key));
        Assert.Empty(first.Except(["ok", "ThrottlingException", "KMSInternalException", "ExpiredTokenException"]));
        Assert.Contains("ThrottlingException", first);
    }

    [Theory]
    [InlineData("reset=1")]
    [InlineData("drop=1")]
    [InlineData("down=eu-west-1")]
    public async Task A_connection_that_is_cut_is_no_answer(string faults)
    {
        string key = await NewKeyAsync();
        Server.Faults = FaultOption.Parse(faults);
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => Kms.DescribeKeyAsync(key));
        Assert.True(failure is not AmazonKeyManagementServiceException { StatusCode: not 0 }, failure.ToString());
    }

    [Fact]
    public async Task A_reset_call_was_done_and_a_dropped_one_was_not()
    {
        string key = await NewKeyAsync();
        Server.Faults = new FaultPlan { Reset = 1 };
        await Assert.ThrowsAnyAsync<Exception>(() => Kms.CreateAliasAsync("alias/done", key));
        Server.Faults = new FaultPlan { Drop = 1 };
        await Assert.ThrowsAnyAsync<Exception>(() => Kms.CreateAliasAsync("alias/not-done", key));
        Server.Faults = FaultPlan.None;
        Assert.Equal(["alias/done"], (await Kms.ListAliasesAsync(new ListAliasesRequest())).Aliases.Select(alias => alias.AliasName));
    }

    [Fact]
    public async Task An_outage_of_one_region_leaves_the_others()
    {
        Server.Faults = new FaultPlan { RegionsDown = ["eu-west-1"] };
        await Assert.ThrowsAnyAsync<Exception>(() => Kms.ListKeysAsync(new ListKeysRequest()));
        await Client("eu-west-3").ListKeysAsync(new ListKeysRequest());
    }

    [Fact]
    public async Task Faults_of_one_region_leave_the_others()
    {
        Server.Faults = FaultOption.Parse("5xx=1,in=eu-west-1");
        await Assert.ThrowsAsync<KMSInternalException>(() => Kms.ListKeysAsync(new ListKeysRequest()));
        await Client("eu-west-3").ListKeysAsync(new ListKeysRequest());
    }

    [Fact]
    public async Task A_rate_lets_so_many_calls_through()
    {
        Server.Faults = new FaultPlan { CallsPerSecond = 5 };
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Kms.ListKeysAsync(new ListKeysRequest())));
        var refused = 0;
        for (int i = 0; i < 5; i++)
        {
            refused += await OutcomeAsync(() => Kms.ListKeysAsync(new ListKeysRequest())) == "ThrottlingException" ? 1 : 0;
        }

        Assert.True(refused >= 3, $"{refused} of 5 refused");
    }

    [Fact]
    public async Task A_policy_decides_after_its_delay_and_a_grant_at_once_with_its_token()
    {
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        string key = await NewKeyAsync();
        AmazonKeyManagementServiceClient app = Client(accessKey: "app");
        Server.Faults = new FaultPlan { PolicyDelay = TimeSpan.FromMinutes(5), GrantDelay = TimeSpan.FromMinutes(5) };
        await Kms.PutKeyPolicyAsync(key, Statement("arn:aws:iam::111122223333:role/app", "kms:DescribeKey"), "default");
        await RefusedAsync("AccessDeniedException", () => app.DescribeKeyAsync(key));
        CreateGrantResponse grant = await Kms.CreateGrantAsync(new CreateGrantRequest
        {
            KeyId = key,
            GranteePrincipal = "arn:aws:iam::111122223333:role/app",
            Operations = ["DescribeKey", "Encrypt"],
        });
        EncryptRequest encrypt = new() { KeyId = key, Plaintext = new MemoryStream([1]) };
        await RefusedAsync("AccessDeniedException", () => app.EncryptAsync(encrypt));
        encrypt.GrantTokens = [grant.GrantToken];
        await app.EncryptAsync(encrypt);
        encrypt.GrantTokens = ["bm90LWEtdG9rZW4"];
        await RefusedAsync("InvalidGrantTokenException", () => app.EncryptAsync(encrypt));

        Server.Advance(TimeSpan.FromMinutes(5));
        await app.DescribeKeyAsync(key);
        encrypt.GrantTokens = [];
        await app.EncryptAsync(encrypt);
        await Kms.RevokeGrantAsync(grant.GrantId, key);
        await app.EncryptAsync(encrypt);
        Server.Advance(TimeSpan.FromMinutes(5));
        await RefusedAsync("AccessDeniedException", () => app.EncryptAsync(encrypt));
    }

    [Fact]
    public void The_program_tells_of_an_option_that_it_does_not_have()
    {
        LocalKmsOptions options = CommandLine.Parse(["--urls", "http://127.0.0.1:1", "--fault", "throttle=0.5,seed=3,latency=20ms,down=eu-west-1+eu-west-3"]);
        Assert.Equal((0.5, 3, TimeSpan.FromMilliseconds(20)), (options.Faults.Throttle, options.Faults.Seed, options.Faults.Latency));
        Assert.Equal(["eu-west-1", "eu-west-3"], options.Faults.RegionsDown.AsEnumerable());
        Assert.Contains("--fautl", Assert.Throws<ArgumentException>(() => CommandLine.Parse(["--fautl", "x"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throttle=2")]
    [InlineData("throttle=0.6,5xx=0.6")]
    [InlineData("nonsense=1")]
    [InlineData("latency=5")]
    public void A_fault_that_can_not_be_is_refused(string option) => Assert.Throws<ArgumentException>(() => FaultOption.Parse(option));

    private async Task<string[]> RunAsync(FaultPlan plan, string key)
    {
        Server.Faults = plan;
        var outcomes = new List<string>();
        for (int i = 0; i < 40; i++)
        {
            outcomes.Add(await OutcomeAsync(() => Kms.DescribeKeyAsync(key)));
        }

        Server.Faults = FaultPlan.None;
        return [.. outcomes];
    }

    private static async Task<string> OutcomeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "ok";
        }
        catch (AmazonKeyManagementServiceException e)
        {
            return e.ErrorCode;
        }
    }
}
