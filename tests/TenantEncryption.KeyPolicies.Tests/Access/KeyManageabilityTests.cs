using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using TenantEncryption.Testing;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Access;

/// <summary>Whether a key stays manageable, and whose doing it is where it does not.</summary>
public sealed class KeyManageabilityTests
{
    private const string KeyAdmin = "arn:aws:iam::111122223333:role/KeyAdmin";
    private const string SsoRole = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";

    private static readonly JObject RootStatement = Allow("Root", Who(Root), "kms:*");
    private static readonly JObject Organisation = Policy(RootStatement, Hard(Condition("StringNotEquals", "aws:PrincipalOrgID", "o-1")));
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, Manageability> Hardenings => new()
    {
        { "none", Manageability.Yes },
        { "all but KeyAdmin", Manageability.Yes },
        { "all but KeyAdmin, as a pattern over accounts", Manageability.Yes },
        { "all but a role with a path", Manageability.Yes },
        { "all but roles of permission sets", Manageability.Yes },
        { "all but roles that are called so", Manageability.Yes },
        { "all but the organisation", Manageability.Depends },
        { "all without MFA", Manageability.Depends },
        { "all but an address", Manageability.Depends },
        { "only through CloudFormation", Manageability.Depends },
        { "everybody", Manageability.No },
        { "all but a role of another account", Manageability.No },
        { "all before the year 2030", Manageability.No },
    };

    [Theory]
    [MemberData(nameof(Hardenings))]
    public void A_Deny_takes_the_key_away_only_where_it_spares_nobody(string hardening, Manageability answer) =>
        Assert.Equal(answer, KeyManageability.Judge(Parse(Policy([RootStatement, .. Hardened(hardening)])), Key, Now).Answer);

    [Theory]
    [MemberData(nameof(Hardenings))]
    public async Task The_live_policys_own_hardening_is_no_lockout_of_ours(string hardening, Manageability answer)
    {
        JObject before = Policy([RootStatement, .. Hardened(hardening)]);
        JObject after = Policy([RootStatement, .. Hardened(hardening), Allow("Ours", Who(Foreigner), "kms:Decrypt")]);
        string? warning = await CheckAsync(before, after);
        Assert.Equal(answer == Manageability.Yes, warning is null);
        if (answer == Manageability.Depends)
        {
            string condition = Hardened(hardening).Single()["Condition"]!.First!.First!.Children<JProperty>().Single().Name;
            Assert.Contains("Deny in statement 1 'Hard' (", warning, StringComparison.Ordinal);
            Assert.Contains(condition, warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_merge_makes_worse_is_refused()
    {
        JObject without = Policy(Allow("Ours", Who(Foreigner), "kms:Decrypt"));
        JObject depending = Policy(Allow("Root", Who(Root), "kms:*", Condition("StringEquals", "aws:PrincipalOrgID", "o-1")));
        Assert.Equal(ErrorCodes.PolicyLockout, await Refusal.CodeOfAsync(() => CheckAsync(Policy(RootStatement), without)));
        Assert.Equal(ErrorCodes.PolicyLockout, await Refusal.CodeOfAsync(() => CheckAsync(Policy(RootStatement), depending)));
        Assert.Equal(ErrorCodes.PolicyLockout, await Refusal.CodeOfAsync(() => CheckAsync(depending, without)));
    }

    [Fact]
    public async Task The_caller_settles_what_the_policy_alone_does_not_tell()
    {
        JObject odd = Policy(RootStatement, Hard(Condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:*/KeyAdmin")));
        Assert.NotNull(await CheckAsync(odd, odd));
        Assert.Null(await CheckAsync(odd, odd, "arn:aws:sts::111122223333:assumed-role/KeyAdmin/jane"));
        Assert.NotNull(await CheckAsync(odd, odd, AppSession));
        Assert.Contains("aws:PrincipalOrgID", await CheckAsync(Organisation, Organisation, AppSession), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_of_another_account_keeps_no_key() => Assert.Equal(
        Manageability.No, KeyManageability.Judge(Parse(Policy(Allow("It", Who(Foreigner), "kms:*"), Allow("Org", Who(ForeignRoot), "kms:*", Condition("StringEquals", "aws:PrincipalOrgID", "o-1")))), Key, Now).Answer);

    private static IEnumerable<JObject> Hardened(string hardening) => hardening switch
    {
        "none" => [],
        "all but KeyAdmin" => [Hard(Condition("ArnNotEquals", "aws:PrincipalArn", KeyAdmin))],
        "all but KeyAdmin, as a pattern over accounts" => [Hard(Condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/KeyAdmin*"))],
        "all but a role with a path" => [Hard(Condition("StringNotEquals", "aws:PrincipalArn", SsoRole))],
        "all but roles of permission sets" => [Hard(Condition("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"))],
        "all but roles that are called so" => [Hard(Condition("StringNotLike", "aws:PrincipalArn", "*:role/Break*Glass?"))],
        "all but the organisation" => [Hard(Condition("StringNotEquals", "aws:PrincipalOrgID", "o-1"))],
        "all without MFA" => [Hard(Condition("BoolIfExists", "aws:MultiFactorAuthPresent", false))],
        "all but an address" => [Hard(Condition("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"))],
        "only through CloudFormation" => [Hard(Condition("StringNotEquals", "kms:ViaService", "cloudformation.eu-west-1.amazonaws.com"))],
        "everybody" => [Deny("Hard", "*", "kms:PutKeyPolicy")],
        "all but a role of another account" => [Hard(Condition("ArnNotEquals", "aws:PrincipalArn", Foreigner))],
        "all before the year 2030" => [Hard(Condition("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))],
        _ => throw new ArgumentOutOfRangeException(nameof(hardening), hardening, null),
    };

    private static JObject Hard(JToken condition) => Deny("Hard", "*", "kms:PutKeyPolicy", condition);

    private static PolicyDocument Parse(JObject policy) => PolicyDocument.Parse(policy.ToString(), PolicyKind.KeyPolicy);

    private static Task<string?> CheckAsync(JObject before, JObject after, string? caller = null) =>
        PolicyLockout.CheckAsync(before.ToString(), after.ToString(), Key, Now, () => Task.FromResult(caller));
}
