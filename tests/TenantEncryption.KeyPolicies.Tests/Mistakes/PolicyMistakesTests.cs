using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Mistakes;

/// <summary>Each mistake is named, its remedy mends it when it is followed, and nobody else loses what he had.</summary>
public sealed class PolicyMistakesTests
{
    private static readonly Mistake[] Mistakes = [.. StatementMistakes.All, .. ConditionMistakes.All, .. DocumentMistakes.All];

    private static readonly string[] Malformations =
        [PolicyFindingCodes.MalformedStatement, PolicyFindingCodes.MalformedJson, PolicyFindingCodes.InvalidCharacter, PolicyFindingCodes.PolicyTooLarge];

    public static TheoryData<string, string> OnEveryPlatform
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (PlatformProfile platform in PlatformCatalog.BuiltIn)
            {
                var scene = new MistakeScene(platform.Name);
                foreach (Mistake mistake in Mistakes.Where(mistake => mistake.Applies(scene)))
                {
                    cases.Add(platform.Name, mistake.Name);
                }
            }

            return cases;
        }
    }

    [Fact]
    public void There_are_hundreds_of_mistakes_and_no_two_have_one_name()
    {
        Assert.InRange(Mistakes.Length, 150, int.MaxValue);
        Assert.Equal(Mistakes.Length, Mistakes.Select(mistake => mistake.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(OnEveryPlatform))]
    public void A_mistake_is_named_and_followed_remedies_mend_it(string platform, string name)
    {
        (MistakeScene scene, Mistake mistake, string policy) = Make(platform, name);
        PolicyAnalysis analysis = scene.Analyze(policy);
        PolicyFinding[] findings = [.. analysis.Findings];
        string expected = mistake.IsOfSecond && scene.Rendered[1].Template.Advice is not null ? PolicyFindingCodes.MissingRecommended : mistake.Finding;
        string told = string.Join('\n', findings.Select(finding => $"{finding} -> {finding.Remedy}"));
        if (mistake.Finding.Length == 0)
        {
            Assert.True(analysis.Success, told);
            Assert.DoesNotContain(findings, finding => finding.Code is not PolicyFindingCodes.SeveralTenants);
            return;
        }

        Assert.True(findings.Any(finding => finding.Code == expected && finding.Observed.Contains(mistake.Says, StringComparison.Ordinal)), $"{expected} '{mistake.Says}' is not among:\n{told}");
        Assert.Equal(findings.Any(finding => finding.Severity == FindingSeverity.Error), !analysis.Success);
        // A warning may leave the choice to the administrator; an error says what to do.
        foreach (PolicyFinding finding in findings.Where(finding => finding.Severity == FindingSeverity.Error || (finding.Code == expected && finding.Edits.Count > 0)))
        {
            Follow(scene, policy, findings, [finding]);
        }

        if (findings.All(finding => finding.Severity != FindingSeverity.Error && finding.Edits.Count == 0))
        {
            Assert.True(analysis.Success, told);
            return;
        }

        string mended = Follow(scene, policy, findings, findings);
        PolicyAnalysis after = scene.Analyze(mended);
        Assert.True(after.Success, $"{string.Join('\n', after.Findings.Select(finding => $"{finding} -> {finding.Remedy}"))}\nafter\n{told}\n{mended}");
        Assert.All(after.Findings, finding => Assert.True(finding.Edits.Count == 0 && (finding.Code == PolicyFindingCodes.SeveralTenants || findings.Any(known => known.Code == finding.Code)), finding.ToString()));
    }

    [Theory]
    [MemberData(nameof(OnEveryPlatform))]
    public void A_merge_mends_what_is_the_platforms_and_takes_nothing_from_others(string platform, string name)
    {
        (MistakeScene scene, Mistake mistake, string policy) = Make(platform, name);
        if (scene.Analyze(policy).Findings.Any(finding => Malformations.Contains(finding.Code)))
        {
            // KMS never took it, so that no key has it.
            return;
        }

        string merged = Merge(scene, policy);
        Assert.False(PolicyMerge.Merge(merged, scene.Rendered, scene.Platform).IsChanged);
        HoldsForOthers(scene, policy, merged);
        foreach (JToken foreign in Statements(policy).Where(statement => Statements(scene.Right.ToString()).Take(2).Contains(statement, JToken.EqualityComparer)))
        {
            Assert.Contains(foreign, Statements(merged), JToken.EqualityComparer);
        }

        if (mistake.IsMerged)
        {
            PolicyAnalysis after = scene.Analyze(merged);
            Assert.True(after.Success, $"{string.Join('\n', after.Findings)}\n{merged}");
        }
    }

    private static string Merge(MistakeScene scene, string policy) => PolicyMerge.Merge(policy, scene.Rendered, scene.Platform).Json;

    // The finding is gone, no other has come, and who is none of the platform's has what he had.
    private static string Follow(MistakeScene scene, string policy, PolicyFinding[] all, PolicyFinding[] followed)
    {
        PolicyEdit[] edits = [.. followed.SelectMany(finding => finding.Edits)];
        string told = string.Join('\n', followed.Select(finding => $"{finding} -> {finding.Remedy}"));
        string mended = policy;
        if (followed is [{ Code: PolicyFindingCodes.PolicyTooLarge }])
        {
            mended = JObject.Parse(policy).ToString(Newtonsoft.Json.Formatting.None);
        }
        else
        {
            Assert.True(edits.Length > 0, $"no edit: {told}");
            mended = PolicyEditor.Apply(policy, edits);
        }

        PolicyFinding[] after = [.. scene.Analyze(mended).Findings];
        string seen = $"{told}\nleads to\n{string.Join('\n', after.Select(finding => $"{finding} -> {finding.Remedy}"))}\n{mended}";
        foreach (PolicyFinding finding in followed.Where(finding => finding.Edits.Count > 0))
        {
            Assert.False(after.Any(other => other.Code == finding.Code && other.Observed == finding.Observed), $"still there: {seen}");
        }

        Assert.True(after.All(other => all.Any(known => known.Code == other.Code || Beginning(known) == Beginning(other)) || other.Code == PolicyFindingCodes.SeveralTenants), $"another: {seen}");
        HoldsForOthers(scene, policy, mended);
        return mended;
    }

    // A statement that is missing still is, whoever else names its principals now.
    private static string Beginning(PolicyFinding finding) => finding.Observed.Split(',')[0];

    private static void HoldsForOthers(MistakeScene scene, string before, string after)
    {
        var was = PolicyDocument.Parse(PolicyEditor.Apply(before, scene.Analyze(before).Findings.Where(finding => Malformations.Contains(finding.Code)).SelectMany(finding => finding.Edits)), PolicyKind.KeyPolicy);
        PolicyDocument @is;
        try
        {
            @is = PolicyDocument.Parse(after, PolicyKind.KeyPolicy);
        }
        catch (TenantEncryptionException)
        {
            // One of several malformed elements was mended.
            return;
        }

        foreach (string who in new[] { scene.RootArn, scene.KeyAdmin })
        {
            foreach (string action in new[] { "kms:PutKeyPolicy", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:ScheduleKeyDeletion" })
            {
                Assert.True(!IsAllowed(scene, was, who, action) || IsAllowed(scene, @is, who, action), $"{who} lost {action} by\n{after}");
            }
        }
    }

    private static bool IsAllowed(MistakeScene scene, PolicyDocument policy, string who, string action)
    {
        var access = new ExpectedAccess { Sid = "", Expectation = AccessExpectation.Allowed, Principal = PolicyPrincipal.Parse(who), Action = action };
        return PolicySimulator.Decide(access.ToRequest(scene.Values.Key!.ToString(), DateTimeOffset.UnixEpoch.AddYears(56)), new Policies.KeyPolicies { KeyPolicy = policy, IdentityPolicies = [] }).IsAllowed;
    }

    private static JArray Statements(string policy) => JObject.Parse(policy)["Statement"] is JArray list ? list : [JObject.Parse(policy)["Statement"]!];

    private static (MistakeScene Scene, Mistake Mistake, string Policy) Make(string platform, string name)
    {
        var scene = new MistakeScene(platform);
        Mistake mistake = Mistakes.Single(mistake => mistake.Name == name);
        return (scene, mistake, mistake.Make(scene, (JObject)scene.Right.DeepClone()));
    }
}
