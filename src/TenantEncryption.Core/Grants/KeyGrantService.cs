using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Grants;

/// <summary>
/// Grants on customer master keys. A grant counts in its key's region alone; of a multi-Region key, every region is looked after.
/// </summary>
public sealed class KeyGrantService
{
    private readonly UnitOfWork _work;
    private readonly KeyConnections _connections;

    internal KeyGrantService(UnitOfWork work, KeyConnections connections) => (_work, _connections) = (work, connections);

    /// <summary>Plans grants: one for each tenant in each region of the key. Nothing is made.</summary>
    /// <param name="request">What they shall be made from.</param>
    /// <param name="ask">Whether to ask KMS if it would permit each (a dry run).</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The plans.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>, <c>INVALID_ARN</c>, <c>TENANT_NOT_FOUND</c>; and what KMS answers to DescribeKey.
    /// </exception>
    public async Task<IReadOnlyList<KeyGrantPlan>> PlanAsync(NewKeyGrant request, bool ask = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        GrantPrincipals.Check(request);
        if (request.Name is not null)
        {
            GrantName.Check(request.Name);
        }

        KmsConnection connection = await _connections.CompleteAsync(request.Connection, request.KeyId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyGrantService.CreateAsync");
        await using var _ = operation.ConfigureAwait(false);
        IReadOnlyList<string> keyArns = await RegionsAsync(operation, connection, request.KeyId, cancellationToken).ConfigureAwait(false);
        GrantTenants tenants = await GrantTenants.ReadAsync(_work, request, keyArns, cancellationToken).ConfigureAwait(false);
        var plans = new List<KeyGrantPlan>();
        foreach (string keyArn in keyArns)
        {
            KmsConnection there = connection with { Region = KeyIdentifier.Parse(keyArn).Region };
            IReadOnlyList<KmsGrant>? existing = await TryListAsync(operation, there, keyArn, cancellationToken).ConfigureAwait(false);
            foreach (GrantTenants.Entry tenant in tenants.Tenants)
            {
                KeyGrantPlan plan = GrantDesign.Plan(request, tenants.Platform, tenant, keyArn, there, existing);
                plans.Add(ask ? await AskAsync(operation, plan, cancellationToken).ConfigureAwait(false) : plan);
            }
        }

        return plans;
    }

    /// <summary>Makes a grant. One of the same name and content is not made again.</summary>
    /// <param name="plan">The plan, from <see cref="PlanAsync"/>.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The grant with its token.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answers, such as <c>POLICY_DENIED</c> or <c>LIMIT_EXCEEDED</c>.</exception>
    public async Task<KeyGrant> CreateAsync(KeyGrantPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Operation operation = _work.Begin("KeyGrantService.CreateAsync");
        await using var _ = operation.ConfigureAwait(false);
        foreach (string warning in plan.Warnings)
        {
            _work.Warn(warning);
        }

        KmsGrantToken made =
            (await operation.Kms.CreateGrantAsync(plan.Connection, plan.KeyArn, plan.Grant, cancellationToken).ConfigureAwait(false)).Value;
        var grant = new KeyGrant
        {
            GrantId = made.GrantId,
            GrantToken = made.GrantToken,
            KeyArn = plan.KeyArn,
            Region = plan.Region,
            TenantId = plan.TenantId,
            Name = plan.Grant.Name,
            GranteePrincipal = plan.Grant.GranteePrincipal,
            GranteeServicePrincipal = plan.Grant.GranteeServicePrincipal,
            RetiringPrincipal = plan.Grant.RetiringPrincipal,
            RetiringServicePrincipal = plan.Grant.RetiringServicePrincipal,
            SourceArn = plan.Grant.SourceArn,
            Operations = plan.Grant.Operations,
            EncryptionContextSubset = plan.Grant.EncryptionContextSubset,
            EncryptionContextEquals = plan.Grant.EncryptionContextEquals,
            Connection = plan.Connection,
        };
        await _work.ChangeAsync(
            operation,
            StoreScope.All,
            async change =>
            {
                if (plan.Exists != true)
                {
                    change.Record(EventTypes.GrantCreated, plan.IsKnownTenant ? plan.TenantId : null, Describe(grant));
                }

                await GrantAdoption.AdoptAsync(change, plan, grant).ConfigureAwait(false);
            },
            CancellationToken.None).ConfigureAwait(false);
        return grant;
    }

    /// <summary>The grants on a key, in all of its regions.</summary>
    /// <param name="keyId">A key ARN, alias ARN, key id or alias name.</param>
    /// <param name="connection">Where and as whom to call; what it leaves open is that of the store's provider on the key, if there is one.</param>
    /// <param name="filter">Which; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The grants, without tokens.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>; and what KMS answers to DescribeKey and ListGrants.</exception>
    public async Task<IReadOnlyList<KeyGrant>> ListAsync(
        string keyId, KmsConnection? connection = null, KeyGrantFilter? filter = null, CancellationToken cancellationToken = default)
    {
        KmsConnection complete = await _connections.CompleteAsync(connection ?? new KmsConnection(), keyId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyGrantService.ListAsync");
        await using var _ = operation.ConfigureAwait(false);
        var grants = new List<KeyGrant>();
        foreach (string keyArn in await RegionsAsync(operation, complete, keyId, cancellationToken).ConfigureAwait(false))
        {
            KmsConnection there = complete with { Region = KeyIdentifier.Parse(keyArn).Region };
            IReadOnlyList<KmsGrant> found = (await operation.Kms.ListGrantsAsync(there, keyArn, cancellationToken).ConfigureAwait(false)).Value;
            grants.AddRange(found.Select(grant => KeyGrant.Of(grant, there)).Where(grant => filter?.Lets(grant) ?? true));
        }

        return grants;
    }

    /// <summary>
    /// Finds the region of a grant by its id, where only key and id are known. A key whose grants may not be seen is taken for the one named.
    /// </summary>
    /// <param name="keyId">A key ARN, alias ARN, key id or alias name.</param>
    /// <param name="grantId">The grant's id.</param>
    /// <param name="connection">Where and as whom to call; what it leaves open is that of the store's provider on the key, if there is one.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The grant, as far as it may be seen.</returns>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>, <c>INVALID_ARN</c>; and what KMS answers to DescribeKey.</exception>
    public async Task<KeyGrant> FindAsync(string keyId, string grantId, KmsConnection? connection = null, CancellationToken cancellationToken = default)
    {
        KmsConnection complete = await _connections.CompleteAsync(connection ?? new KmsConnection(), keyId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyGrantService.RevokeAsync");
        await using var _ = operation.ConfigureAwait(false);
        KeyGrant? unseen = null;
        IReadOnlyList<string> keyArns = await RegionsOrItselfAsync(operation, complete, keyId, cancellationToken).ConfigureAwait(false);
        foreach (string keyArn in keyArns)
        {
            KmsConnection there = complete with { Region = KeyIdentifier.Parse(keyArn).Region };
            IReadOnlyList<KmsGrant>? grants = await TryListAsync(operation, there, keyArn, cancellationToken).ConfigureAwait(false);
            if (grants?.FirstOrDefault(grant => grant.GrantId == grantId) is { } found)
            {
                return KeyGrant.Of(found, there);
            }

            unseen ??= grants is null ? new KeyGrant { GrantId = grantId, KeyArn = keyArn, Region = there.Region!, Connection = there } : null;
        }

        return unseen ?? throw new TenantEncryptionException(
            ErrorCodes.GrantNotFound, $"No grant '{grantId}' is on {string.Join(" or ", keyArns)}.")
        { KeyArn = keyArns[0] };
    }

    /// <summary>Takes a grant away, as who may administer the key. KMS refuses it within seconds, at times minutes.</summary>
    /// <param name="grant">The grant. What its connection leaves open is that of the store's provider on the key, if there is one.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>When it is revoked.</returns>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>, <c>POLICY_DENIED</c>; and what KMS answers.</exception>
    public Task RevokeAsync(KeyGrant grant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return EndAsync(
            grant,
            EventTypes.GrantRevoked,
            (kms, there) => kms.RevokeGrantAsync(there, grant.KeyArn, grant.GrantId, cancellationToken),
            cancellationToken);
    }

    /// <summary>Gives a grant back, as its retiring principal, or its grantee where it permits RetireGrant.</summary>
    /// <param name="grant">The grant.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>When it is retired.</returns>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>, <c>POLICY_DENIED</c>; and what KMS answers.</exception>
    public Task RetireAsync(KeyGrant grant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return EndAsync(
            grant,
            EventTypes.GrantRetired,
            (kms, there) => kms.RetireGrantAsync(there, grant.KeyArn, grant.GrantId, cancellationToken),
            cancellationToken);
    }

    private static async Task<IReadOnlyList<KmsGrant>?> TryListAsync(
        Operation operation, KmsConnection connection, string keyArn, CancellationToken cancellationToken)
    {
        try
        {
            return (await operation.Kms.ListGrantsAsync(connection, keyArn, cancellationToken).ConfigureAwait(false)).Value;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            return null;
        }
    }

    private static async Task<KeyGrantPlan> AskAsync(Operation operation, KeyGrantPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            await operation.Kms.DryRunGrantAsync(plan.Connection, plan.KeyArn, plan.Grant, cancellationToken).ConfigureAwait(false);
            return plan with { Permitted = true };
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            return plan with { Permitted = false, Refusal = exception };
        }
    }

    /// <summary>The key in each of its regions.</summary>
    private static async Task<IReadOnlyList<string>> RegionsAsync(
        Operation operation, KmsConnection connection, string keyId, CancellationToken cancellationToken)
    {
        KmsKeyDescription key = await operation.Kms.DescribeKeyAsync(connection, keyId, cancellationToken).ConfigureAwait(false);
        return [key.KeyArn, .. key.RelatedKeyArns];
    }

    /// <summary>The same for who may retire a grant and nothing else.</summary>
    private static async Task<IReadOnlyList<string>> RegionsOrItselfAsync(
        Operation operation, KmsConnection connection, string keyId, CancellationToken cancellationToken)
    {
        try
        {
            return await RegionsAsync(operation, connection, keyId, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
            when (exception.Code == ErrorCodes.PolicyDenied && KeyIdentifier.Parse(keyId).Form == KeyIdentifierForm.KeyArn)
        {
            return [keyId];
        }
    }

    private async Task EndAsync(
        KeyGrant grant, string eventType, Func<IKmsChannel, KmsConnection, Task<KmsAnswer>> end, CancellationToken cancellationToken)
    {
        KmsConnection there = grant.Connection with { Region = grant.Region };
        there = await _connections.CompleteAsync(there, grant.KeyArn, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyGrantService.RevokeAsync");
        await using var _ = operation.ConfigureAwait(false);
        await end(operation.Kms, there).ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            StoreScope.All,
            async change =>
            {
                // Whoever holds a key of a provider that lives by the grant forgets it within a second, in this process and in every other.
                IReadOnlyList<KeyProvider> shut = await GrantOwner.ProvidersByAsync(change.Store, grant).ConfigureAwait(false);
                foreach (KeyProvider provider in shut)
                {
                    await change.Store.Providers.AddRefusalAsync(provider.Id).ConfigureAwait(false);
                }

                string? tenantId = await GrantOwner.FindTenantAsync(change.Store, grant, shut).ConfigureAwait(false);
                change.Record(eventType, tenantId, Describe(grant));
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    private static JObject Describe(KeyGrant grant)
    {
        var data = new JObject { ["grantId"] = grant.GrantId, ["keyArn"] = grant.KeyArn, ["region"] = grant.Region };
        if (grant.Grantee is not null)
        {
            // Whose ARN or service name it is, the value itself tells.
            data["name"] = grant.Name;
            data["granteePrincipal"] = grant.Grantee;
            data["retiringPrincipal"] = grant.RetiringPrincipal ?? grant.RetiringServicePrincipal;
            data["operations"] = new JArray(grant.Operations);
        }

        if (grant.SourceArn is not null)
        {
            data["sourceArn"] = grant.SourceArn;
        }

        if (grant.EncryptionContextSubset is { Count: > 0 } subset)
        {
            data["encryptionContextSubset"] = JObject.FromObject(subset);
        }

        return data;
    }
}
