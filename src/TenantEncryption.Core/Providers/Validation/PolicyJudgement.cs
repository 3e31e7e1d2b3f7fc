using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Providers.Validation;

/// <summary>What a region's key policy and grants say of the platform's principals.</summary>
internal sealed class PolicyJudgement(ValidationRun run)
{
    /// <summary>The name of the check.</summary>
    public const string Name = "Policy";

    private const string ContextName = "Context";

    /// <summary>Whether any request of the platform could be decided. Where none could, nothing is proven.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>Judges a region's policies.</summary>
    /// <returns>Whether the caller's role is one of the platform's principals.</returns>
    public bool Judge(ReviewedRegion region, string policy, IReadOnlyList<PolicyGrant> grants)
    {
        PolicyAnalysis analysis;
        try
        {
            analysis = PolicyAnalyzer.Analyze(policy, run.Target.Platform, ValuesOf(region, policy), grants, run.Now);
        }
        catch (TenantEncryptionException fault)
        {
            string code = fault.Code == ErrorCodes.TemplateMismatch ? ErrorCodes.PolicyDenied : fault.Code;
            run.Checks.Fail(Name, code, fault.Detail, region, CheckSubject.Platform, fault.Remedy);
            return false;
        }

        AddAllowed(region, analysis);
        IsDecided |= analysis.Outcomes.Any(outcome => outcome.IsDecidable);
        foreach (PolicyFinding finding in FindingVerdict.InOrder(analysis.Findings))
        {
            AddFinding(region, finding);
        }

        return run.Target.Provider.Connection.RoleArn is { } role && analysis.Outcomes.Any(outcome => outcome.Expected.Principal.PrincipalArn == role);
    }

    private PolicyValues ValuesOf(ReviewedRegion region, string policy)
    {
        var values = new PolicyValues
        {
            TenantIds = [run.Target.Provider.ContextValue ?? run.Target.Tenant.TenantId],
            ContextValue = run.Target.Provider.ContextValue,
            Key = KeyIdentifier.Parse(region.Key.KeyArn),
            MultiRegion = run.Key?.MultiRegion ?? run.Target.Provider.MultiRegion,
            Parameters = run.Target.Provider.Parameters,
        };
        try
        {
            PlatformStatements.Render(run.Target.Platform, values);
            return values;
        }
        catch (TenantEncryptionException missing) when (missing.Code == ErrorCodes.PlaceholderMissing)
        {
            // What only the vendor knows and nobody gave is taken from the policy: its form can be judged, whether it is the vendor's can't. The tenant's
            // own value must be in the policy, not be taken from it.
            Dictionary<string, IReadOnlyList<string>> found = PlaceholderParameters.VendorsOwn(
                run.Target.Platform, PlaceholderParameters.Of(run.Target.Platform, policy, values.Parameters));
            IEnumerable<string> taken = found.Where(pair => !values.Parameters.Keys.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)).Select(pair => $"{pair.Key} '{string.Join("', '", pair.Value)}'");
            run.Checks.Warn(
                Name,
                missing.Code,
                $"Taken from the policy itself, as nobody gave them: {string.Join(", ", taken)}.",
                run.Target.IsRegistered
                    ? "Compare them with what the vendor shows; a key that is registered with NewKeyProvider.Parameters or NewKeyProvider.From is judged by what they say."
                    : "Compare them with what the vendor shows, or give them with NewKeyProvider.Parameters or NewKeyProvider.From.",
                region.Name,
                CheckSubject.Platform);
            return values with { Parameters = found };
        }
    }

    private void AddAllowed(ReviewedRegion region, PolicyAnalysis analysis)
    {
        IEnumerable<AccessOutcome> wanted = analysis.Outcomes.Where(outcome => outcome is { Expected.Expectation: AccessExpectation.Allowed, IsDecidable: true });
        foreach (IGrouping<string, AccessOutcome> principal in wanted.GroupBy(outcome => outcome.Expected.Principal.Arn, StringComparer.Ordinal))
        {
            AccessOutcome[] allowed = [.. principal.Where(outcome => outcome is { IsMet: true, IsDelegated: false })];
            if (allowed.Length > 0)
            {
                string actions = string.Join(", ", allowed.Select(outcome => Operation(outcome.Expected.Action)).Distinct(StringComparer.Ordinal));
                run.Checks.Pass(Name, $"{principal.Key} may {actions}.", region.Name, CheckSubject.Platform);
            }
        }

        AccessOutcome[] refused =
        [
            .. analysis.Outcomes.Where(outcome => outcome is
            {
                Expected.Expectation: AccessExpectation.RefusedForAnotherTenant or AccessExpectation.RefusedWithoutTenant,
                IsDecidable: true,
            }),
        ];
        if (refused.Length > 0 && refused.All(outcome => outcome.IsMet))
        {
            run.Checks.Pass(
                ContextName,
                $"The platform's principals are refused with another tenant's {run.Target.Platform.ContextKey} and with none.",
                region.Name,
                CheckSubject.Platform);
        }
    }

    private void AddFinding(ReviewedRegion region, PolicyFinding finding)
    {
        string? code = FindingVerdict.CodeOf(finding);
        if (code is not null)
        {
            // Qlik's own form: what, [region], [operation].
            string operations = finding.Action.Count == 0 ? "" : $" [{string.Join(", ", finding.Action.Select(Operation))}]";
            run.Checks.Fail(
                code == ErrorCodes.ContextNotEnforced ? ContextName : Name,
                code,
                $"KMS {code} [{region.Name}]{operations} {string.Join(", ", finding.Principal)}: {finding.Observed}",
                region,
                CheckSubject.Platform,
                finding.Remedy);
        }
        else if (finding.Severity != FindingSeverity.Information)
        {
            run.Checks.Warn(Name, finding.Code, finding.Observed, finding.Remedy, region.Name, CheckSubject.Platform);
        }
    }

    private static string Operation(string action) => action[(action.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
