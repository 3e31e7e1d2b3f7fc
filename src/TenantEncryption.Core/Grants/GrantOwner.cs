using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Grants;

/// <summary>Whose a grant is: the providers that live by it, and the tenant that its events are about.</summary>
internal static class GrantOwner
{
    /// <summary>The providers that remember a grant.</summary>
    public static async Task<IReadOnlyList<KeyProvider>> ProvidersByAsync(IStoreTransaction store, KeyGrant grant)
    {
        IReadOnlyList<KeyProvider> providers = await ProvidersOnAsync(store, grant.KeyArn).ConfigureAwait(false);
        return [.. providers.Where(provider => provider.Grants.Any(known => known.GrantId == grant.GrantId && known.KeyArn == grant.KeyArn))];
    }

    /// <summary>The providers on a key, in whichever of its regions.</summary>
    public static async Task<IReadOnlyList<KeyProvider>> ProvidersOnAsync(IStoreTransaction store, string keyArn)
    {
        // Of a multi-Region key any region's ARN may be the registered one.
        bool anywhere = KeyIdentifier.Parse(keyArn).IsMultiRegion;
        IReadOnlyList<KeyProvider> providers = await store.Providers.ListAsync(
            anywhere ? new KeyProviderFilter { Type = KeyProviderType.AwsKms } : new KeyProviderFilter { KeyArn = keyArn }).ConfigureAwait(false);
        return [.. providers.Where(provider => KeyRegion.All(provider).Any(region => region.KeyArn == keyArn))];
    }

    /// <summary>The tenant of the store that a grant is for, by who remembers it, by its maker, or by the pair that its calls must have.</summary>
    /// <returns>The id; <see langword="null"/> where the grant is for nobody in particular, or for nobody of the store.</returns>
    public static async Task<string?> FindTenantAsync(IStoreTransaction store, KeyGrant grant, IReadOnlyList<KeyProvider> remembering)
    {
        if (remembering.SelectMany(provider => provider.Grants).FirstOrDefault(known => known.GrantId == grant.GrantId) is { } remembered)
        {
            return remembered.TenantId;
        }

        if (grant.TenantId is { } told && await store.Tenants.FindAsync(told).ConfigureAwait(false) is not null)
        {
            return told;
        }

        IReadOnlyList<KeyProvider> onKey = await ProvidersOnAsync(store, grant.KeyArn).ConfigureAwait(false);
        foreach ((string key, string value) in grant.EncryptionContextSubset ?? new Dictionary<string, string>())
        {
            string tenantId = onKey.FirstOrDefault(provider => provider.ContextValue == value)?.TenantId ?? value;
            if (await store.Tenants.FindAsync(tenantId).ConfigureAwait(false) is { } tenant && tenant.Profile.ContextKey == key)
            {
                return tenantId;
            }
        }

        return null;
    }
}
