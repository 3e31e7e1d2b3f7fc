using TenantEncryption.Errors;
using TenantEncryption.Journal;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies;

/// <summary>Makes the key policies that platforms need, and puts them into KMS.</summary>
public sealed class PolicyService
{
    private readonly ChangeJournal _journal;
    private readonly TimeProvider _time;

    internal PolicyService(ChangeJournal journal, TimeProvider time) => (_journal, _time) = (journal, time);

    /// <summary>The policy that the platform of a provider's tenant needs, whole.</summary>
    /// <param name="request">For which provider and whom.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The policy. KMS is not asked.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PLACEHOLDER_MISSING</c>, <c>TEMPLATE_MISMATCH</c>, <c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>, <c>TENANT_NOT_FOUND</c>,
    /// <c>PROVIDER_NOT_FOUND</c>, <c>INVALID_INPUT</c>, <c>INVALID_ARN</c>.
    /// </exception>
    public async Task<KeyPolicy> GetAsync(KeyPolicyRequest request, CancellationToken cancellationToken = default)
    {
        PolicyTarget target = await FindAsync(request, cancellationToken).ConfigureAwait(false);
        return KeyPolicyBuilder.Build(target.Platform, target.ValuesFor(target.Provider.KeyArn!), request.Administrators);
    }

    /// <summary>The platform's statements alone, as its documentation shows them.</summary>
    /// <param name="request">For which provider and whom.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The statements. KMS is not asked.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="GetAsync"/>.</exception>
    public async Task<KeyPolicy> GetStatementsAsync(KeyPolicyRequest request, CancellationToken cancellationToken = default)
    {
        PolicyTarget target = await FindAsync(request, cancellationToken).ConfigureAwait(false);
        return KeyPolicyBuilder.BuildStatements(target.Platform, target.ValuesFor(target.Provider.KeyArn!));
    }

    /// <summary>The policies that a provider's key has in KMS, one for each of its regions, the primary's first.</summary>
    /// <param name="providerId">The provider.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The policies as KMS gives them.</returns>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>, <c>INVALID_INPUT</c>, and what KMS answers.</exception>
    public async Task<IReadOnlyList<KeyPolicy>> GetLiveAsync(string providerId, CancellationToken cancellationToken = default)
    {
        PolicyTarget target = await FindAsync(new KeyPolicyRequest { ProviderId = providerId }, cancellationToken).ConfigureAwait(false);
        Operation operation = _journal.Begin("Get-KeyPolicy", target.Provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var policies = new List<KeyPolicy>();
        foreach (RegionalKey key in await RegionalKey.ListAsync(operation.Kms, target.Provider, _journal.Warn, cancellationToken).ConfigureAwait(false))
        {
            policies.Add(Describe(target, key.KeyArn, await key.GetPolicyAsync(operation.Kms, cancellationToken).ConfigureAwait(false), [], []));
        }

        return policies;
    }

    /// <summary>What <see cref="SetAsync"/> would do. It looks at every region and changes none.</summary>
    /// <param name="request">For which provider and whom.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException">
    /// As <see cref="GetAsync"/>; <c>POLICY_LOCKOUT</c>, <c>POLICY_TOO_LARGE</c>, <c>MALFORMED_POLICY</c>; and what KMS answers.
    /// </exception>
    public async Task<KeyPolicyPlan> PlanAsync(KeyPolicyRequest request, CancellationToken cancellationToken = default)
    {
        PolicyTarget target = await FindAsync(request, cancellationToken).ConfigureAwait(false);
        Operation operation = _journal.Begin("Get-KeyPolicy", target.Provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var changes = new List<RegionalPolicyChange>();
        foreach (RegionalKey key in await RegionalKey.ListAsync(operation.Kms, target.Provider, _journal.Warn, cancellationToken).ConfigureAwait(false))
        {
            string live = await key.GetPolicyAsync(operation.Kms, cancellationToken).ConfigureAwait(false);
            changes.Add(await MergeAsync(target, key, live, cancellationToken).ConfigureAwait(false));
        }

        return new KeyPolicyPlan
        {
            ProviderId = target.Provider.Id,
            TenantId = target.Provider.TenantId,
            ForTenants = target.TenantIds,
            Platform = target.Platform.Name,
            Regions = changes,
            Warnings = [.. PolicyWarnings.Of(target.Platform, target.ValuesFor(target.Provider.KeyArn!))],
        };
    }

    /// <summary>
    /// Puts a plan into KMS, region by region. A region whose policy is no more the one that the plan was made for is refused; regions in
    /// which nothing changes get no call that changes anything. What was put is read back.
    /// </summary>
    /// <remarks>
    /// When a region fails, those before it have their new policy and those after it are as they were; the error says so. Making a plan
    /// again and putting it does the rest.
    /// </remarks>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the work between two regions.</param>
    /// <returns>The policies as they are now, one for each region.</returns>
    /// <exception cref="TenantEncryptionException"><c>POLICY_CHANGED</c>, and what KMS answers.</exception>
    public async Task<IReadOnlyList<KeyPolicy>> SetAsync(KeyPolicyPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.IsChanged)
        {
            await new PolicyPut(_journal, _time, plan).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        return [.. Preview(plan)];
    }

    /// <summary>The policies as a plan would leave them.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>One policy for each region, with its changes.</returns>
    public static IEnumerable<KeyPolicy> Preview(KeyPolicyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Regions.Select(region => new KeyPolicy
        {
            Json = region.After,
            Platform = plan.Platform,
            KeyArn = region.KeyArn,
            Region = region.Region,
            Statements = KeyPolicy.StatementsOf(region.After),
            Changes = region.Changes,
            Warnings = plan.Warnings,
        });
    }

    private static KeyPolicy Describe(
        PolicyTarget target, string keyArn, string policy, IReadOnlyList<PolicyChange> changes, IReadOnlyList<string> warnings) => new()
        {
            Json = policy,
            Platform = target.Platform.Name,
            KeyArn = keyArn,
            Region = KeyIdentifier.Parse(keyArn).Region,
            Statements = KeyPolicy.StatementsOf(policy),
            Changes = changes,
            Warnings = warnings,
        };

    private Task<PolicyTarget> FindAsync(KeyPolicyRequest request, CancellationToken cancellationToken) =>
        _journal.ReadAsync(transaction => PolicyTarget.FindAsync(transaction, request), cancellationToken);

    private async Task<RegionalPolicyChange> MergeAsync(PolicyTarget target, RegionalKey key, string live, CancellationToken cancellationToken)
    {
        MergedPolicy merged = PolicyMerge.Merge(live, PlatformStatements.Render(target.Platform, target.ValuesFor(key.KeyArn)), target.Platform);
        await _journal.ReadAsync(
            transaction => target.RefuseOtherOrganizationsAsync(transaction, merged.Json), cancellationToken).ConfigureAwait(false);
        if (merged.IsChanged && KeyManageability.FindManager(PolicyDocument.Parse(merged.Json, PolicyKind.KeyPolicy), key.KeyArn, _time.GetUtcNow()) is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PolicyLockout,
                $"With the merged policy no principal of the account {KeyIdentifier.Parse(key.KeyArn).AccountId} could change the policy of {key.KeyArn} any more; nothing was put.")
            {
                KeyArn = key.KeyArn,
                Region = key.Region,
            };
        }

        return new RegionalPolicyChange
        {
            KeyArn = key.KeyArn,
            Region = key.Region,
            Before = live,
            After = merged.Json,
            Changes = merged.Changes,
            Connection = key.Connection,
        };
    }
}
