using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;

namespace TenantEncryption.Providers.Validation;

/// <summary>
/// What the platform's principals may do, region by region: decided by the policy simulator over the live key policy and grants. A principal
/// that only its own account's identity policies could let in counts as refused, since these can't be seen.
/// </summary>
internal sealed class PolicyCheck : IKeyCheck
{
    // GetKeyPolicy, and ListGrants once: a key with more grants than fit a page of KMS's answer costs one more for each page.
    private const int CallsToRead = 2;

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) =>
        HasPrincipals(target) ? (1 + ReviewedRegion.Replicas(target, target.Provider.ReplicaKeys).Count) * CallsToRead : 0;

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        if (!HasPrincipals(run.Target))
        {
            return;
        }

        var judgement = new PolicyJudgement(run);
        bool seen = true;
        bool isPrincipal = false;
        foreach (ReviewedRegion region in run.Replicas.Prepend(run.Home))
        {
            if (await ReadAsync(run, region, cancellationToken).ConfigureAwait(false) is { } policies)
            {
                isPrincipal |= judgement.Judge(region, policies.Policy, policies.Grants);
            }
            else
            {
                seen &= !region.IsNeeded;
            }
        }

        run.Checks.Warn(
            "Unseen",
            null,
            "Service control policies, the identity policies of the platform's own accounts and endpoint policies can't be seen from here.",
            "They can only refuse what the key policy allows; the platform's own test is the last word.",
            subject: CheckSubject.Platform);
        run.Proof = isPrincipal ? PlatformProof.Needless : seen && judgement.IsDecided ? PlatformProof.Seen : PlatformProof.Lacking;
    }

    // A platform whose principals are the user's own and were not named is the caller itself.
    private static bool HasPrincipals(ValidationTarget target) =>
        target.Platform.Statements.Any(statement => statement.Purpose == StatementPurpose.Access)
        && target.Platform.Placeholders.All(
            placeholder => placeholder.Source != PlaceholderSource.Users
                || target.Provider.Parameters.Keys.Contains(placeholder.Name, StringComparer.OrdinalIgnoreCase));

    private static async Task<(string Policy, IReadOnlyList<PolicyGrant> Grants)?> ReadAsync(
        ValidationRun run, ReviewedRegion region, CancellationToken cancellationToken)
    {
        string policy;
        try
        {
            policy = (await run.Kms.GetKeyPolicyAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
        }
        catch (TenantEncryptionException exception)
        {
            run.Checks.Skip(PolicyJudgement.Name, $"The key policy can't be seen ({exception.Code}: {exception.Detail})", region.Name, CheckSubject.Platform);
            return null;
        }

        try
        {
            IReadOnlyList<KmsGrant> grants =
                (await run.Kms.ListGrantsAsync(region.Key.Connection, region.Key.KeyArn, cancellationToken).ConfigureAwait(false)).Value;
            return (policy, [.. grants.Where(grant => grant.Grantee is not null).Select(PolicyGrant.Of)]);
        }
        catch (TenantEncryptionException exception)
        {
            run.Checks.Skip("Grants", $"The grants can't be seen ({exception.Code}: {exception.Detail})", region.Name, CheckSubject.Platform);
            return (policy, []);
        }
    }
}
