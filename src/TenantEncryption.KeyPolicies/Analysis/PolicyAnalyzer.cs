using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>Judges a key policy for a platform, without a call: by the policy language and by simulating the platform's requests.</summary>
public static class PolicyAnalyzer
{
    /// <summary>Judges a policy.</summary>
    /// <param name="policy">The policy's JSON.</param>
    /// <param name="platform">The platform that shall use the key.</param>
    /// <param name="values">For which tenants and which key.</param>
    /// <param name="grants">The key's grants, where they are known.</param>
    /// <param name="time">When the requests are made; now when not given.</param>
    /// <returns>The findings. What is wrong with the policy is a finding, never an error.</returns>
    /// <exception cref="TenantEncryptionException">
    /// The values don't make the platform's statements: see <see cref="PlatformStatements.Render"/> and <see cref="ExpectedAccessList"/>.
    /// </exception>
    public static PolicyAnalysis Analyze(
        string policy, PlatformProfile platform, PolicyValues values, IReadOnlyList<PolicyGrant>? grants = null, DateTimeOffset? time = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(values);
        PolicyReading reading;
        IReadOnlyList<RenderedStatement> statements;
        try
        {
            _ = PolicyJson.Load(policy);
            statements = PlatformStatements.Render(platform, values);
            reading = PolicyReading.Of(policy, statements);
        }
        catch (PolicySyntaxException fault)
        {
            return Unreadable(platform, fault);
        }

        PolicySource source = reading.Source;
        var findings = new FindingList(source);
        reading.AddTo(findings);
        TextFindings.Add(source, findings);
        if (source.IsPart)
        {
            findings.Add(
                FindingSeverity.Information,
                PolicyFindingCodes.StatementsOnly,
                "This is not a whole policy: the statements are judged as if they stood in one. Whether the account keeps its key is not judged.",
                "Add them to the policy that the key has: KMS takes whole policies only.",
                position: null,
                []);
        }

        AssumedKey key = AssumedKey.Of(values, platform, source);
        DateTimeOffset now = time ?? TimeProvider.System.GetUtcNow();
        IReadOnlyList<AccessOutcome> outcomes = AccessOutcome.Decide(
            ExpectedAccessList.Of(statements, source.Document), source.Document, grants ?? [], key.Arn, now);
        var subject = new PolicySubject(source, platform, statements, outcomes, grants ?? [], key.Arn, now);
        AccessFindings.Add(subject, findings);
        StatementFindings.Add(subject, findings);
        AdministrationFindings.Add(subject, findings);
        return new PolicyAnalysis
        {
            Code = FindingVerdict.CodeOf(findings.Ordered, outcomes.Any(outcome => outcome.IsDecidable)),
            Platform = platform.Name,
            KeyAccount = key.Account,
            Assumption = key.Assumption,
            Findings = findings.Ordered,
            Outcomes = outcomes,
        };
    }

    private static PolicyAnalysis Unreadable(PlatformProfile platform, PolicySyntaxException fault) => new()
    {
        Code = ErrorCodes.MalformedPolicy,
        Platform = platform.Name,
        Findings = new PolicyFinding[]
        {
            new()
            {
                Severity = FindingSeverity.Error,
                Code = fault.IsJson ? PolicyFindingCodes.MalformedStatement : PolicyFindingCodes.MalformedJson,
                Observed = fault.Fault,
                Remedy = fault.Remedy
                    ?? (fault.IsJson ? PolicyReading.Remedy : "Correct the JSON at that place: a comma too many or too few, a missing bracket or quote."),
                Line = fault.Position?.Line,
                Column = fault.Position?.Column,
            },
        },
    };
}
