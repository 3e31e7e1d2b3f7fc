using TenantEncryption.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

public sealed class AuthorizationTests
{
    private static readonly Dictionary<string, AuthorizationCase> Cases =
        SeedCases.All().Concat(LanguageCases.All()).Concat(KmsCases.All()).ToDictionary(one => one.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string, string> BrokenAllows()
    {
        var data = new TheoryData<string, string>();
        foreach (AuthorizationCase one in Cases.Values.Where(one => one.Allowed))
        {
            foreach (string element in BrokenCase.ElementsOf(one))
            {
                data.Add(one.Name, element);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_is_decided_by_the_documented_statement(string name)
    {
        AuthorizationCase expected = Cases[name];
        AccessDecision decision = expected.Decide();
        Assert.Equal((expected.Allowed, expected.By), (decision.IsAllowed, BrokenCase.Decider(decision)));
    }

    [Theory]
    [MemberData(nameof(BrokenAllows))]
    public void An_allowed_request_with_one_element_broken_is_denied(string name, string element)
    {
        AuthorizationCase broken = BrokenCase.Break(Cases[name], element);
        Assert.False(broken.Decide().IsAllowed, broken.KeyPolicy.ToString());
    }

    [Fact]
    public void There_are_at_least_220_cases_with_names_of_their_own() => Assert.True(Cases.Count >= 220, $"{Cases.Count}");

    [Fact]
    public void An_explanation_names_the_condition_that_was_not_met()
    {
        IReadOnlyList<StatementVerdict> verdicts = PolicySimulator.Explain(
            Cases["Qlik with another tenant's id is refused"].Request, Cases["Qlik with another tenant's id is refused"].Policies);
        Assert.Equal(
            ["it does not name arn:aws:iam::338144066592:role/byok-encryption-proxy-role",
             "StringEquals kms:EncryptionContext:TenantId [tenant-a, tenant-b] is not met: the request has 'tenant-c'"],
            verdicts.Select(verdict => verdict.Explanation));
    }

    [Fact]
    public void An_explanation_names_the_resource_that_a_grant_is_for()
    {
        AuthorizationCase refused = Cases["A grant to a service for another resource"];
        StatementVerdict verdict = PolicySimulator.Explain(refused.Request, refused.Policies)[^1];
        Assert.Equal("it is for requests on behalf of arn:aws:qbusiness:eu-west-1:111122223333:application/a alone (aws:SourceArn)", verdict.Explanation);
    }

    [Fact]
    public void A_decision_says_when_it_took_an_unseen_identity_policy_to_allow()
    {
        AccessDecision decision = Cases["Qlik generates a data key for its tenant"].Decide();
        Assert.True(decision.AssumesIdentityPolicy);
        Assert.Contains("can't be seen", decision.ToString(), StringComparison.Ordinal);
    }
}
