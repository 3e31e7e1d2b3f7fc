using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers.Grants;

/// <summary>
/// Makes the grants of a new provider, one in each region of its key, and takes them away when the provider does not come to be. Their name is the
/// provider's id, so that no two providers share one.
/// </summary>
internal sealed class GrantMaker(TimeProvider time)
{
    private const string NamePrefix = "TenantEncryption:";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // "Eventual consistency": seconds, at most five minutes (AWS KMS Developer Guide, "Grants in AWS KMS").
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>How many calls of KMS making the grants takes: each is made, and looked for.</summary>
    public static int CountCalls(EncryptionTenant tenant, KeyProvider draft) => RequiredGrant.Of(tenant, draft) ? 2 * KeyRegion.All(draft).Count : 0;

    /// <summary>Makes the grants of a provider that is not stored yet.</summary>
    /// <param name="operation">Whose calls they are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider, with its id and with the grants that it inherits.</param>
    /// <param name="grantee">Who gets the permission; <see langword="null"/> for the caller.</param>
    /// <param name="cancellationToken">Ends the work; what was made is taken away.</param>
    /// <returns>The provider with its grants; as it was where the platform uses no grant.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answered; what was made is revoked.</exception>
    public async Task<KeyProvider> MakeAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, string? grantee, CancellationToken cancellationToken)
    {
        if (!RequiredGrant.Of(tenant, provider))
        {
            return provider;
        }

        string principal = grantee ?? await CallerAsync(operation, provider, cancellationToken).ConfigureAwait(false);
        NewKmsGrant grant = Design(tenant, provider, principal);
        var made = new List<ProviderGrant>();
        try
        {
            foreach (KeyRegion region in KeyRegion.All(provider))
            {
                KmsGrantToken token = (await operation.Kms.CreateGrantAsync(
                    region.Connection, region.KeyArn, grant, cancellationToken).ConfigureAwait(false)).Value;
                made.Add(new ProviderGrant { GrantId = token.GrantId, KeyArn = region.KeyArn, TenantId = tenant.TenantId, GranteePrincipal = principal });
                await WaitAsync(operation, region, token.GrantId, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            await RevokeAsync(operation, provider, made).ConfigureAwait(false);
            throw exception is TenantEncryptionException refusal ? Explain(refusal, tenant, principal) : exception;
        }

        return provider with { Grants = [.. provider.Grants, .. made] };
    }

    /// <summary>Takes grants away that nothing needs any more. What stays is told of: the cause of it all must not be hidden.</summary>
    public static async Task RevokeAsync(Operation operation, KeyProvider provider, IEnumerable<ProviderGrant> grants)
    {
        foreach (ProviderGrant grant in grants)
        {
            try
            {
                await operation.Kms.RevokeGrantAsync(
                    provider.Connection with { Region = grant.Region }, grant.KeyArn, grant.GrantId, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.GrantNotFound)
            {
                operation.WarnOnce($"The grant {grant} on {grant.KeyArn} could not be taken away ({exception.Code}): KeyGrantService.RevokeAsync does, as who may revoke it.");
            }
        }
    }

    /// <summary>Records that a provider's own grants were made, in the transaction that stores the provider.</summary>
    public static void Record(Change change, EncryptionTenant tenant, KeyProvider provider, string eventType = EventTypes.GrantCreated)
    {
        foreach (ProviderGrant grant in Own(provider))
        {
            NewKmsGrant design = Design(tenant, provider, grant.GranteePrincipal);
            change.Record(
                eventType,
                provider.TenantId,
                new JObject
                {
                    ["grantId"] = grant.GrantId,
                    ["keyArn"] = grant.KeyArn,
                    ["region"] = grant.Region,
                    ["providerId"] = provider.Id,
                    ["name"] = design.Name,
                    ["granteePrincipal"] = design.GranteePrincipal,
                    ["retiringPrincipal"] = design.RetiringPrincipal,
                    ["operations"] = new JArray(design.Operations),
                    ["encryptionContextSubset"] = JObject.FromObject(design.EncryptionContextSubset!),
                });
        }
    }

    /// <summary>Those of a provider's grants that were made for it, not inherited.</summary>
    public static IEnumerable<ProviderGrant> Own(KeyProvider provider) => provider.Grants.Where(grant => grant.TenantId == provider.TenantId);

    private static NewKmsGrant Design(EncryptionTenant tenant, KeyProvider provider, string principal)
    {
        PlatformGrant rule = tenant.Profile.Grant!;
        return new NewKmsGrant
        {
            GranteePrincipal = principal,
            RetiringPrincipal = rule.RetiringPrincipal ? principal : null,
            Operations = rule.Operations,
            EncryptionContextSubset = new Dictionary<string, string> { [tenant.Profile.ContextKey] = provider.ContextValue ?? tenant.TenantId },
            Name = NamePrefix + provider.Id,
        };
    }

    // A role that is assumed for the calls is meant itself, not the session that ends within hours.
    private static async Task<string> CallerAsync(Operation operation, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (provider.Connection.RoleArn is { } role)
        {
            return role;
        }

        try
        {
            return (await operation.Kms.GetCallerAsync(provider.Connection, cancellationToken).ConfigureAwait(false)).Value.Arn;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            throw new TenantEncryptionException(
                exception.Code,
                $"Who the caller is, for whom the grant would be made, is not known: {exception.Detail}",
                exception,
                "Name who shall use the key with NewKeyProvider.GranteePrincipal, or mend what keeps sts:GetCallerIdentity from answering.");
        }
    }

    private static TenantEncryptionException Explain(TenantEncryptionException refusal, EncryptionTenant tenant, string principal) => new(
        refusal.Code,
        $"{tenant.Profile.Name} uses a key by a grant, and the one for {principal} could not be made; nothing was registered. {refusal.Detail}",
        refusal,
        refusal.Code == ErrorCodes.PolicyDenied ? "Have the key policy, or your own permissions, allow you kms:CreateGrant, kms:ListGrants and kms:RevokeGrant on the key." : refusal.Remedy)
    {
        Operation = refusal.Operation,
        KeyArn = refusal.KeyArn,
        Region = refusal.Region,
        RequestId = refusal.RequestId,
    };

    // A lease asks for the grant, and must not be told that a new one is missing because KMS does not list it everywhere yet.
    private async Task WaitAsync(Operation operation, KeyRegion region, string grantId, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while ((await operation.Kms.FindGrantAsync(region.Connection, region.KeyArn, grantId, cancellationToken).ConfigureAwait(false)).Value is null
            && time.GetElapsedTime(begun) < LongestWait)
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
