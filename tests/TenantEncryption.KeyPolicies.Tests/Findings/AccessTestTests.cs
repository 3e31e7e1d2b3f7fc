using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Findings;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Findings;

/// <summary>What is answered about one request.</summary>
public sealed class AccessTestTests
{
    private const string PermissionSet = "AWSReservedSSO_Admin_0123456789abcdef";

    private static readonly JObject Tenant = Policy(Allow("Tenant", Who(Alice), "kms:*", Condition("StringEquals", "kms:EncryptionContext:TenantId", "a")));

    [Fact]
    public void An_encryption_context_is_left_out_of_a_request_that_has_none()
    {
        AccessTestResult describe = Ask(Tenant, new AccessQuestion { Principal = Alice, Action = "DescribeKey", EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "a" } });
        Assert.Equal(AccessVerdict.Denied, describe.Decision);
        Assert.Equal(["kms:EncryptionContext:TenantId"], describe.LeftOut);
        AccessTestResult decrypt = Ask(Tenant, new AccessQuestion { Principal = Alice, Action = "Decrypt", EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "a" } });
        Assert.Equal(AccessVerdict.Allowed, decrypt.Decision);
        Assert.Empty(decrypt.LeftOut);
    }

    [Theory]
    [InlineData("kms:DescribeKey", "kms:EncryptionContext:TenantId")]
    [InlineData("kms:Decrypt", "kms:GrantOperations")]
    [InlineData("kms:Encrypt", "kms:EncryptionContex:TenantId")]
    [InlineData("kms:ListKeys", "kms:KeySpec")]
    public void A_condition_key_is_left_out_of_a_request_that_can_not_have_it(string action, string key)
    {
        JObject policy = Policy(Allow("It", Who(Alice), "kms:*", Condition("StringEquals", key, "x")));
        var question = new AccessQuestion { Principal = Alice, Action = action, ConditionKeys = Conditions((key, ["x"])), IdentityPolicies = [], Key = KeyIdentifier.Parse(Key) };
        AccessTestResult result = Ask(policy, question);
        Assert.Equal((AccessVerdict.Denied, key), (result.Decision, Assert.Single(result.LeftOut)));
        Assert.Empty(Ask(policy, question with { ConditionKeys = Conditions(("kms:ViaService", ["x"])), Action = "kms:Decrypt" }).LeftOut);
    }

    [Theory]
    [InlineData("kms:Decript", "kms:Decrypt")]
    [InlineData("decypt", "kms:Decrypt")]
    [InlineData("kms:GenerateDataKeys", "kms:GenerateDataKey")]
    [InlineData("kms:ReEncrypt", "kms:ReEncryptTo")]
    [InlineData("kms:ReEncrypt*", "kms:ReEncryptFrom or kms:ReEncryptTo")]
    [InlineData("kms:*", "such as kms:Decrypt")]
    [InlineData("s3:GetObject", "such as kms:Decrypt")]
    public void What_is_no_action_of_KMS_is_refused_with_the_similar_name(string action, string hint)
    {
        var refused = Assert.Throws<TenantEncryptionException>(() => Ask(Tenant, new AccessQuestion { Principal = Alice, Action = action }));
        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
        Assert.Contains(hint, refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_that_is_given_by_its_digits_is_in_the_keys_partition()
    {
        JObject policy = Policy(Allow("Root", Who("arn:aws-us-gov:iam::111122223333:root"), "kms:*"));
        const string KeyArn = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, new AccessQuestion { Principal = Account, Action = "kms:Decrypt", Key = KeyIdentifier.Parse(KeyArn) }).Decision);
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, new AccessQuestion { Principal = Account, Action = "kms:Decrypt" }).Decision);
    }

    [Theory]
    [InlineData("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/" + PermissionSet)]
    [InlineData("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*")]
    [InlineData("arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*")]
    public void A_condition_on_the_role_of_a_permission_set_means_its_sessions(string pattern)
    {
        JObject policy = Policy(
            Allow("Root", Who(Account), "kms:*"), Deny("Others", "*", "kms:PutKeyPolicy", Condition("ArnNotLike", "aws:PrincipalArn", pattern)));
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, new AccessQuestion { Principal = $"arn:aws:sts::111122223333:assumed-role/{PermissionSet}/jane", Action = "PutKeyPolicy" }).Decision);
        Assert.Equal(AccessVerdict.Denied, Ask(policy, new AccessQuestion { Principal = AppSession, Action = "PutKeyPolicy" }).Decision);
    }

    [Fact]
    public void Identity_policies_answer_what_the_key_policy_leaves_to_the_account()
    {
        JObject root = Policy(Allow("Root", Who(Root), "kms:*"));
        var question = new AccessQuestion { Principal = AppSession, Action = "kms:Decrypt" };
        string decrypt = Policy(Allow("Use", null, "kms:Decrypt", resource: "arn:aws:kms:*:111122223333:key/*")).ToString();
        string encrypt = Policy(Allow("Use", null, "kms:Encrypt")).ToString();
        Assert.True(Ask(root, question).AssumesIdentityPolicy);
        Assert.Equal(AccessVerdict.Denied, Ask(root, question with { IdentityPolicies = [] }).Decision);
        Assert.Equal(AccessVerdict.Denied, Ask(root, question with { IdentityPolicies = [encrypt] }).Decision);
        AccessTestResult allowed = Ask(root, question with { IdentityPolicies = [encrypt, decrypt] });
        Assert.Equal((AccessVerdict.Allowed, false), (allowed.Decision, allowed.AssumesIdentityPolicy));
        Assert.Contains("number 2", allowed.Reason, StringComparison.Ordinal);
        AccessTestResult denied = Ask(root, question with { IdentityPolicies = [decrypt, Policy(Deny("Never", null, "kms:*")).ToString()] });
        Assert.Equal((AccessVerdict.Denied, "Never"), (denied.Decision, denied.Statement));
    }

    [Fact]
    public void A_malformed_identity_policy_is_named_by_its_number()
    {
        var refused = Assert.Throws<TenantEncryptionException>(() => Ask(Tenant, new AccessQuestion { Principal = Alice, Action = "kms:Decrypt", IdentityPolicies = [Policy(Allow("It", null, "kms:*")).ToString(), "{}"] }));
        Assert.Equal(ErrorCodes.MalformedPolicy, refused.Code);
        Assert.Contains("identity policy number 2", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_key_policy_decides_about_is_decided_by_identity_policies()
    {
        JObject policy = Policy(Allow("Everything", Who(Alice), "kms:*"), Deny("Never", "*", "kms:ListKeys"));
        var question = new AccessQuestion { Principal = Alice, Action = "kms:ListKeys", IdentityPolicies = [] };
        Assert.Equal(AccessVerdict.Denied, Ask(policy, question).Decision);
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, question with { IdentityPolicies = [Policy(Allow("It", null, "kms:List*")).ToString()] }).Decision);
    }

    [Fact]
    public void The_keys_account_passes_the_retiring_of_grants_on_in_identity_policies()
    {
        JObject policy = Policy(Allow("Somebody", Who("arn:aws:iam::111122223333:user/somebody"), "kms:*"));
        var question = new AccessQuestion { Principal = Alice, Action = "kms:RetireGrant", IdentityPolicies = [Policy(Allow("It", null, "kms:RetireGrant")).ToString()], Key = KeyIdentifier.Parse(Key) };
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, question).Decision);
        Assert.Equal(AccessVerdict.Denied, Ask(policy, question with { Principal = Foreigner }).Decision);
    }

    [Fact]
    public void A_key_of_which_nothing_is_known_is_one_of_the_account_that_administers_it()
    {
        AccessTestResult put = Ask(Policy(Allow("It", Who(Alice), "kms:*")), new AccessQuestion { Principal = Alice, Action = "PutKeyPolicy" });
        Assert.Equal((AccessVerdict.Allowed, Account), (put.Decision, put.KeyArn.Split(':')[4]));
    }

    [Fact]
    public void A_list_of_values_is_one_of_several_values()
    {
        JObject policy = Policy(Allow("Only", Who(Alice), "kms:CreateGrant", Condition("ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt", "RetireGrant")));
        var question = new AccessQuestion { Principal = Alice, Action = "kms:CreateGrant" };
        Assert.Equal(AccessVerdict.Allowed, Ask(policy, question with { ConditionKeys = Conditions(("kms:GrantOperations", ["Decrypt", "RetireGrant"])) }).Decision);
        Assert.Equal(AccessVerdict.Denied, Ask(policy, question with { ConditionKeys = Conditions(("kms:GrantOperations", ["Decrypt", "Encrypt"])) }).Decision);
    }

    [Fact]
    public void A_statement_alone_is_asked_as_if_it_stood_in_a_policy()
    {
        var statement = (JObject)Tenant["Statement"]![0]!;
        var question = new AccessQuestion { Principal = Alice, Action = "Decrypt", EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "a" } };
        Assert.Equal(AccessVerdict.Allowed, Ask(statement, question).Decision);
        Assert.Equal(AccessVerdict.Allowed, Ask(new JArray(statement), question).Decision);
    }

    private static AccessTestResult Ask(JToken policy, AccessQuestion question) => AccessTest.Run(policy.ToString(), question);

    private static Dictionary<string, IReadOnlyList<string>> Conditions(params (string Key, string[] Values)[] pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Values);
}
