using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Providers.Validation;

/// <summary>
/// What the platform's principals may do, region by region: decided by the policy simulator over the live key policy and grants. A principal
/// that only its own account's identity policies could let in counts as refused, since these can't be seen.
/// </summary>
internal sealed class PolicyChecks(
    KeyProviderCheckList checks, IKms kms, ValidationTarget target, bool multiRegion, DateTimeOffset now)
{
    private const string Name = "Policy";
    private const string ContextName = "Context";

    /// <summary>Makes the checks.</summary>
    /// <param name="regions">The regions of the key that matter.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>What is known of the platform's access.</returns>
    public async Task<PlatformProof> AddAsync(IReadOnlyList<ReviewedRegion> regions, CancellationToken cancellationToken)
    {
        PlatformProfile platform = target.Platform;
        if (!HasPrincipals(platform, target.Provider.Parameters))
        {
            return PlatformProof.Needless;
        }

        bool seen = true;
        bool isPrincipal = false;
        foreach (ReviewedRegion region in regions)
        {
            if (await ReadAsync(region, cancellationToken).ConfigureAwait(false) is { } policies)
            {
                isPrincipal |= Judge(region, policies.Policy, policies.Grants);
            }
            else
            {
                seen &= !region.IsNeeded;
            }
        }

        checks.Warn(
            "Unseen",
            null,
            "Service control policies, the identity policies of the platform's own accounts and endpoint policies can't be seen from here.",
            "They can only refuse what the key policy allows; the platform's own test is the last word.",
            subject: CheckSubject.Platform);
        return isPrincipal ? PlatformProof.Needless : seen ? PlatformProof.Seen : PlatformProof.Lacking;
    }

    // A platform whose principals are the user's own and were not named is the caller itself.
    private static bool HasPrincipals(PlatformProfile platform, IReadOnlyDictionary<string, IReadOnlyList<string>> parameters) =>
        platform.Statements.Any(statement => statement.Purpose == StatementPurpose.Access)
        && platform.Placeholders.All(
            placeholder => placeholder.Source != PlaceholderSource.Users || parameters.Keys.Contains(placeholder.Name, StringComparer.OrdinalIgnoreCase));

    private async Task<(string Policy, IReadOnlyList<PolicyGrant> Grants)?> ReadAsync(ReviewedRegion region, CancellationToken cancellationToken)
    {
        string policy;
        try
        {
            policy = (await kms.Administration.GetKeyPolicyAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
        }
        catch (TenantEncryptionException exception)
        {
            checks.Skip(Name, $"The key policy can't be seen ({exception.Code}: {exception.Detail})", region.Name, CheckSubject.Platform);
            return null;
        }

        try
        {
            IReadOnlyList<KmsGrant> grants =
                (await kms.Administration.ListGrantsAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
            return (policy, [.. grants.Where(grant => grant.GranteePrincipal is not null).Select(PolicyGrant.Of)]);
        }
        catch (TenantEncryptionException exception)
        {
            checks.Skip("Grants", $"The grants can't be seen ({exception.Code}: {exception.Detail})", region.Name, CheckSubject.Platform);
            return (policy, []);
        }
    }

    /// <summary>Judges a region's policies.</summary>
    /// <returns>Whether the caller's role is one of the platform's principals.</returns>
    private bool Judge(ReviewedRegion region, string policy, IReadOnlyList<PolicyGrant> grants)
    {
        PolicyAnalysis analysis;
        try
        {
            analysis = PolicyAnalyzer.Analyze(policy, target.Platform, ValuesOf(region, policy), grants, now);
        }
        catch (TenantEncryptionException fault)
        {
            string code = fault.Code == ErrorCodes.TemplateMismatch ? ErrorCodes.PolicyDenied : fault.Code;
            checks.Fail(Name, code, fault.Detail, region, CheckSubject.Platform, fault.Remedy);
            return false;
        }

        AddAllowed(region, analysis);
        foreach (PolicyFinding finding in analysis.Findings)
        {
            AddFinding(region, finding);
        }

        return target.Provider.Connection.RoleArn is { } role && analysis.Outcomes.Any(outcome => outcome.Expected.Principal.PrincipalArn == role);
    }

    private PolicyValues ValuesOf(ReviewedRegion region, string policy)
    {
        var values = new PolicyValues
        {
            TenantIds = [target.Provider.ContextValue ?? target.Tenant.TenantId],
            ContextValue = target.Provider.ContextValue,
            Key = KeyIdentifier.Parse(region.Key.KeyArn),
            MultiRegion = multiRegion,
            Parameters = target.Provider.Parameters,
        };
        try
        {
            PlatformStatements.Render(target.Platform, values);
            return values;
        }
        catch (TenantEncryptionException missing) when (missing.Code == ErrorCodes.PlaceholderMissing)
        {
            // What only the vendor knows and nobody gave is taken from the policy: its form can be judged, whether it is the vendor's can't. The tenant's
            // own value must be in the policy, not be taken from it.
            Dictionary<string, IReadOnlyList<string>> found = PlaceholderParameters.VendorsOwn(
                target.Platform, PlaceholderParameters.Of(target.Platform, policy, values.Parameters));
            IEnumerable<string> taken = found.Where(pair => !values.Parameters.Keys.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)).Select(pair => $"{pair.Key} '{string.Join("', '", pair.Value)}'");
            checks.Warn(
                Name,
                missing.Code,
                $"Taken from the policy itself, as nobody gave them: {string.Join(", ", taken)}.",
                "Compare them with what the vendor shows, or give them with -Parameter.",
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
                checks.Pass(Name, $"{principal.Key} may {actions}.", region.Name, CheckSubject.Platform);
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
            checks.Pass(
                ContextName,
                $"The platform's principals are refused with another tenant's {target.Platform.ContextKey} and with none.",
                region.Name,
                CheckSubject.Platform);
        }
    }

    private void AddFinding(ReviewedRegion region, PolicyFinding finding)
    {
        string? code =
            finding.Code == PolicyFindingCodes.DelegatedToAccount ? ErrorCodes.PolicyDenied
            : finding.Severity != FindingSeverity.Error || finding.Code == PolicyFindingCodes.AccountLockedOut ? null
            : finding.Code == PolicyFindingCodes.ContextNotEnforced ? ErrorCodes.ContextNotEnforced
            : ErrorCodes.PolicyDenied;
        if (code is not null)
        {
            // Qlik's own form: what, [region], [operation].
            string operations = finding.Action.Count == 0 ? "" : $" [{string.Join(", ", finding.Action.Select(Operation))}]";
            checks.Fail(
                code == ErrorCodes.ContextNotEnforced ? ContextName : Name,
                code,
                $"KMS {code} [{region.Name}]{operations} {string.Join(", ", finding.Principal)}: {finding.Observed}",
                region,
                CheckSubject.Platform,
                finding.Remedy);
        }
        else if (finding.Severity != FindingSeverity.Information)
        {
            checks.Warn(Name, finding.Code, finding.Observed, finding.Remedy, region.Name, CheckSubject.Platform);
        }
    }

    private static string Operation(string action) => action[(action.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
