using System.Globalization;
using Newtonsoft.Json;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>Judges a key policy for a platform, without a call: by the policy language and by simulating the platform's requests.</summary>
public static class PolicyAnalyzer
{
    // [\t\n\r\u0020-\u00FF] (API reference, PutKeyPolicy, Policy).
    private static readonly System.Buffers.SearchValues<char> Characters =
        System.Buffers.SearchValues.Create([.. "\t\n\r".Concat(Enumerable.Range(0x20, 0xE0).Select(code => (char)code))]);

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
        var refused = new List<(PolicySyntaxException Fault, int Index)>();
        PolicySource source;
        try
        {
            source = PolicySource.Read(policy, (fault, index) => refused.Add((fault, index)));
        }
        catch (PolicySyntaxException fault)
        {
            return Malformed(platform, fault);
        }

        var findings = new FindingList(source);
        foreach ((PolicySyntaxException fault, int index) in refused)
        {
            findings.Add(FindingSeverity.Error, PolicyFindingCodes.MalformedStatement, fault.Fault, RemedyOf(fault), fault.Position);
        }

        CheckText(source, findings);
        bool malformed = findings.Has(PolicyFindingCodes.MalformedStatement)
            || findings.Has(PolicyFindingCodes.PolicyTooLarge) || findings.Has(PolicyFindingCodes.InvalidCharacter);

        IReadOnlyList<RenderedStatement> statements = PlatformStatements.Render(platform, values);
        string keyArn = AssumedKey.Of(values, platform, source);
        DateTimeOffset now = time ?? TimeProvider.System.GetUtcNow();
        IReadOnlyList<AccessOutcome> outcomes = AccessOutcome.Decide(
            ExpectedAccessList.Of(statements, source.Document), source.Document, grants ?? [], keyArn, now);
        var subject = new PolicySubject(source, platform, values, statements, outcomes, keyArn, now);
        AccessFindings.Add(subject, findings);
        StatementFindings.Add(subject, findings);
        AdministrationFindings.Add(subject, findings);
        return new PolicyAnalysis
        {
            Code = malformed ? ErrorCodes.MalformedPolicy : CodeOf(outcomes, findings),
            Platform = platform.Name,
            Findings = findings.Ordered,
            Outcomes = outcomes,
        };
    }

    private static string CodeOf(IReadOnlyList<AccessOutcome> outcomes, FindingList findings) =>
        outcomes.Any(outcome => outcome is { IsDecidable: true, IsMet: false, Expected: { Expectation: AccessExpectation.Allowed, Advice: null } }) ? ErrorCodes.PolicyDenied
        : findings.Has(PolicyFindingCodes.ContextNotEnforced) ? ErrorCodes.ContextNotEnforced
        : findings.Has(PolicyFindingCodes.AccountLockedOut) ? ErrorCodes.PolicyLockout
        : outcomes.Count > 0 ? ErrorCodes.Success
        : ErrorCodes.NothingTested;

    private static void CheckText(PolicySource source, FindingList findings)
    {
        if (source.Text.Length > PolicySource.MaximumLength)
        {
            int compact = source.Json.ToString(Formatting.None).Length;
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.PolicyTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The policy has {source.Text.Length:N0} characters; KMS takes {PolicySource.MaximumLength:N0}."),
                compact <= PolicySource.MaximumLength
                    ? string.Create(CultureInfo.InvariantCulture, $"Write it without white space: it has {compact:N0} characters then.")
                    : ErrorCatalog.Get(ErrorCodes.PolicyTooLarge).Remedy);
        }

        int at = source.Text.AsSpan().IndexOfAnyExcept(Characters);
        if (at >= 0)
        {
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.InvalidCharacter,
                $"The policy has the character U+{(int)source.Text[at]:X4}; KMS takes those up to U+00FF.",
                $"Write it as \\u{(int)source.Text[at]:x4}.",
                TextPosition.Of(source.Text, at));
        }
    }

    private static PolicyAnalysis Malformed(PlatformProfile platform, PolicySyntaxException fault) => new()
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
                Remedy = RemedyOf(fault),
                Line = fault.Position?.Line,
                Column = fault.Position?.Column,
            },
        },
    };

    private static string RemedyOf(PolicySyntaxException fault) => fault.IsJson
        ? "Correct the element; KMS refuses the policy as it is."
        : "Correct the JSON at that place: a comma too many or too few, a missing bracket or quote.";
}
