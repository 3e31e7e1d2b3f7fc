using TenantEncryption.Errors;
using TenantEncryption.Integrity;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// What a second layer promises: either part withdrawn, the data is shut. So a shut internal KMS shuts it, and nothing goes round it. What decides is
/// believed only of registrations that verify: who can write the store can deny a layer's data, and not take the layer away.
/// </summary>
internal sealed class SecondLayer(ProviderAuthenticator authenticator)
{
    /// <summary>Refuses a provider whose second layer is shut: the tenant's internal provider is Deactivated, or is not there.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_DEACTIVATED</c>, <c>PROVIDER_ALTERED</c>.</exception>
    public async Task RefuseShutAsync(IStoreTransaction transaction, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (!provider.SecondLayer)
        {
            return;
        }

        IReadOnlyList<KeyProvider> internals = await transaction.Providers.ListAsync(
            new KeyProviderFilter { TenantId = provider.TenantId, Type = KeyProviderType.Internal }).ConfigureAwait(false);
        foreach (KeyProvider one in internals)
        {
            await authenticator.RequireAsync(one, cancellationToken).ConfigureAwait(false);
        }

        KeyProvider? open = internals.FirstOrDefault(one => one.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived);
        if (open is null)
        {
            string shut = internals.Count == 0 ? "The internal provider" : $"'{internals[0].Name}'";
            string state = internals.Count == 0 ? "missing" : internals[0].Status.ToString();
            throw new TenantEncryptionException(
                ErrorCodes.ProviderDeactivated, $"{shut}, the second layer of the key provider '{provider.Name}' of tenant '{provider.TenantId}', is {state}.")
            { KeyArn = provider.KeyArn };
        }
    }

    /// <summary>
    /// Whether a tenant has a second layer: its platform knows nothing else, or one of its providers that was ever Active has one. Then no data key may
    /// come from, or be opened by, the customer's master key alone.
    /// </summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_ALTERED</c>: it can't be told.</exception>
    public async Task<bool> CoversAsync(IStoreTransaction transaction, EncryptionTenant tenant, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyProvider> providers = await transaction.Providers.ListAsync(
            new KeyProviderFilter { TenantId = tenant.TenantId, Type = KeyProviderType.AwsKms }).ConfigureAwait(false);
        foreach (KeyProvider one in providers)
        {
            await authenticator.RequireAsync(one, cancellationToken).ConfigureAwait(false);
        }

        return tenant.Profile.SecondLayer == SecondLayerRule.Always
            || providers.Any(one => one is { SecondLayer: true, Status: not KeyProviderStatus.Pending });
    }
}
