using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Providers;

namespace TenantEncryption.Policies;

/// <summary>Makes the key policies that platforms need, and puts them into KMS.</summary>
public sealed class PolicyService
{
    private readonly UnitOfWork _work;
    private readonly TimeProvider _time;

    internal PolicyService(UnitOfWork work, TimeProvider time) => (_work, _time) = (work, time);

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
        Operation operation = _work.Begin("PolicyService.GetLiveAsync", target.Provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var policies = new List<KeyPolicy>();
        foreach (KeyRegion region in await RegionsAsync(operation.Kms, target.Provider, cancellationToken).ConfigureAwait(false))
        {
            string policy = await ReadAsync(operation.Kms, region, cancellationToken).ConfigureAwait(false);
            policies.Add(new KeyPolicy
            {
                Json = policy,
                Platform = target.Platform.Name,
                KeyArn = region.KeyArn,
                Region = region.Region,
                Statements = KeyPolicy.StatementsOf(policy),
            });
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
        Operation operation = _work.Begin("PolicyService.GetLiveAsync", target.Provider.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var changes = new List<RegionalPolicyChange>();
        var warnings = new List<string>();
        foreach (KeyRegion region in await RegionsAsync(operation.Kms, target.Provider, cancellationToken).ConfigureAwait(false))
        {
            string live = await ReadAsync(operation.Kms, region, cancellationToken).ConfigureAwait(false);
            RegionalPolicyChange change = await MergeAsync(target, region, live, cancellationToken).ConfigureAwait(false);
            changes.Add(change);
            if (change.IsChanged && await CheckLockoutAsync(operation.Kms, change, cancellationToken).ConfigureAwait(false) is { } warning)
            {
                warnings.Add(warning);
            }
        }

        return new KeyPolicyPlan
        {
            ProviderId = target.Provider.Id,
            TenantId = target.Provider.TenantId,
            ForTenants = target.TenantIds,
            Platform = target.Platform.Name,
            Regions = changes,
            Warnings = target.WarningsOf(changes.Select(change => change.After)).Concat(warnings).ToArray(),
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
            await new PolicyPut(_work, _time, plan).RunAsync(cancellationToken).ConfigureAwait(false);
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

    private static async Task<string> ReadAsync(IKmsChannel kms, KeyRegion region, CancellationToken cancellationToken) =>
        (await kms.GetKeyPolicyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false)).Value;

    private Task<PolicyTarget> FindAsync(KeyPolicyRequest request, CancellationToken cancellationToken) =>
        _work.ReadAsync(transaction => PolicyTarget.FindAsync(transaction, request), cancellationToken);

    /// <summary>A provider's key in all of its regions: the primary first, then the others by their names.</summary>
    private async Task<IReadOnlyList<KeyRegion>> RegionsAsync(IKmsChannel kms, KeyProvider provider, CancellationToken cancellationToken)
    {
        KeyRegion home = KeyRegion.Home(provider);
        try
        {
            KmsKeyDescription key = await kms.DescribeKeyAsync(home.Connection, home.KeyArn, cancellationToken).ConfigureAwait(false);
            KeyProvider described = provider with { ReplicaKeys = KeyRegion.ReplicaArns(key, provider) };
            return
            [
                .. KeyRegion.Replicas(described).Prepend(home)
                    .OrderByDescending(region => region.KeyArn == key.PrimaryKeyArn)
                    .ThenBy(region => region.Region, StringComparer.Ordinal),
            ];
        }
        catch (TenantEncryptionException refusal) when (refusal.Code == ErrorCodes.PolicyDenied)
        {
            IReadOnlyList<KeyRegion> known = [home, .. KeyRegion.Replicas(provider)];
            if (KeyIdentifier.Parse(home.KeyArn).IsMultiRegion)
            {
                _work.Warn(
                    $"The key may not be described (kms:DescribeKey), so that only these of its regions are known: {string.Join(", ", known.Select(region => region.Region))}.");
            }

            return known;
        }
    }

    private async Task<RegionalPolicyChange> MergeAsync(PolicyTarget target, KeyRegion region, string live, CancellationToken cancellationToken)
    {
        MergedPolicy merged = PolicyMerge.Merge(live, PlatformStatements.Render(target.Platform, target.ValuesFor(region.KeyArn)), target.Platform);
        await _work.ReadAsync(
            transaction => target.RefuseOtherOrganizationsAsync(transaction, merged.Json), cancellationToken).ConfigureAwait(false);
        return new RegionalPolicyChange
        {
            KeyArn = region.KeyArn,
            Region = region.Region,
            Before = live,
            After = merged.Json,
            Changes = merged.Changes,
            Connection = region.Connection,
        };
    }

    private Task<string?> CheckLockoutAsync(IKmsChannel kms, RegionalPolicyChange change, CancellationToken cancellationToken) =>
        PolicyLockout.CheckAsync(change.Before, change.After, change.KeyArn, _time.GetUtcNow(), async () =>
        {
            try
            {
                // An endpoint of one's own is KMS's alone: nobody says that STS answers for the same accounts.
                return change.Connection.EndpointUrl is not null ? null : (await kms.GetCallerAsync(change.Connection, cancellationToken).ConfigureAwait(false)).Value.Arn;
            }
            catch (TenantEncryptionException)
            {
                // STS may be out of reach where KMS is not; then the account's principals are judged, whoever calls.
                return null;
            }
        });
}
