using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Access;

public sealed class ExpectedAccessTests
{
    [Fact]
    public void Qlik_needs_three_actions_for_each_of_four_roles_and_each_tenant()
    {
        ExpectedAccess[] allowed = [.. Of("qlik-cloud", new PolicyValues { TenantIds = ["a", "b"] }).Where(Allowed)];
        Assert.Equal(4 * 3 * 2, allowed.Length);
        Assert.Equal(4, allowed.Select(access => access.Principal.Arn).Distinct().Count());
        Assert.Equal(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], allowed.Select(access => access.Action).Distinct().Order());
        Assert.Equal(["a", "b"], allowed.Select(access => access.EncryptionContext["TenantId"]).Distinct().Order());
    }

    [Fact]
    public void Another_tenants_value_and_none_must_be_refused()
    {
        IReadOnlyList<ExpectedAccess> all = Of("qlik-cloud", new PolicyValues { TenantIds = ["acme"] });
        foreach (ExpectedAccess access in all.Where(Allowed))
        {
            ExpectedAccess[] same = [.. all.Where(other => other.Principal.Arn == access.Principal.Arn && other.Action == access.Action)];
            string[] others = [.. same.Where(other => other.Expectation == AccessExpectation.RefusedForAnotherTenant).Select(other => other.EncryptionContext["TenantId"])];
            Assert.Contains("ACME", others);
            Assert.Contains(others, other => other.StartsWith("acme-", StringComparison.Ordinal));
            Assert.Contains(others, other => other.EndsWith("-acme", StringComparison.Ordinal));
            Assert.DoesNotContain("acme", others);
            Assert.Empty(Assert.Single(same, other => other.Expectation == AccessExpectation.RefusedWithoutTenant).EncryptionContext);
        }
    }

    [Fact]
    public void A_tenant_that_differs_by_case_is_no_stranger_when_the_key_serves_it_too() =>
        Assert.DoesNotContain(
            Of("qlik-cloud", new PolicyValues { TenantIds = ["acme", "ACME"] }),
            access => access.Expectation == AccessExpectation.RefusedForAnotherTenant && access.EncryptionContext["TenantId"] is "acme" or "ACME");

    [Fact]
    public void A_wildcard_means_the_operations_there_are_on_a_symmetric_key() =>
        Assert.Equal(
            ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext"],
            Of("tableau-cloud", Tableau).Where(Allowed).Select(access => access.Action).Order());

    [Fact]
    public void DescribeKey_has_no_encryption_context_and_no_negative() =>
        Assert.All(
            Of("qlik-cloud-government", new PolicyValues { TenantIds = ["a"] }).Where(access => access.Action == "kms:DescribeKey"),
            access =>
            {
                Assert.Empty(access.EncryptionContext);
                Assert.Equal(AccessExpectation.Allowed, access.Expectation);
            });

    [Fact]
    public void Amazon_Q_comes_through_its_service()
    {
        IReadOnlyList<ExpectedAccess> all = Of("amazon-q-business", new PolicyValues
        {
            Key = KeyIdentifier.Parse(Build.Key),
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = [SeedPolicies.AmazonAdmin] },
        });
        Assert.All(all.Where(Allowed), access => Assert.Equal("qbusiness.eu-west-1.amazonaws.com", access.ConditionKeys["kms:ViaService"]));
        Assert.Equal(["kms:CreateGrant", "kms:DescribeKey"], all.Where(Allowed).Select(access => access.Action).Order());
        Assert.All(all.Where(access => !Allowed(access)), access => Assert.False(access.ConditionKeys.ContainsKey("kms:ViaService")));
    }

    [Theory]
    [InlineData("kms:*", 39)]
    [InlineData("kms:ReEncrypt*", 2)]
    [InlineData("kms:decrypt", 1)]
    [InlineData("kms:Sign", 1)]
    public void Patterns_expand_to_actions(string pattern, int count) => Assert.Equal(count, KmsActions.Expand(pattern).Count);

    internal static PolicyValues Tableau => new()
    {
        ContextValue = "abc",
        Parameters = new Dictionary<string, IReadOnlyList<string>> { ["SidSuffix"] = ["1"], ["Account"] = ["123456789012"], ["SessionPrincipal"] = ["s-1"] },
    };

    private static bool Allowed(ExpectedAccess access) => access.Expectation == AccessExpectation.Allowed;

    private static IReadOnlyList<ExpectedAccess> Of(string platform, PolicyValues values) =>
        ExpectedAccessList.Of(PlatformCatalog.FindBuiltIn(platform)!, values);
}
