using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.State;

namespace TenantEncryption.Keys;

/// <summary>
/// What a second layer promises: either part withdrawn, the data is shut. So a shut internal KMS shuts it, and nothing goes round it. What decides is
/// read of checked states alone: who can write the store can deny a layer's data, and not take the layer away.
/// </summary>
internal static class SecondLayer
{
    /// <summary>Refuses a provider whose second layer is shut: the tenant's internal provider is Deactivated, or is not there.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_DEACTIVATED</c>.</exception>
    public static void RefuseShut(TenantState state, KeyProvider provider)
    {
        KeyProvider[] internals = [.. state.Providers.Where(one => one.Type == KeyProviderType.Internal)];
        if (!provider.SecondLayer || internals.Any(one => one.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived))
        {
            return;
        }

        string shut = internals.Length == 0 ? "The internal provider" : $"'{internals[0].Name}'";
        string how = internals.Length == 0 ? "missing" : internals[0].Status.ToString();
        throw new TenantEncryptionException(
            ErrorCodes.ProviderDeactivated, $"{shut}, the second layer of the key provider '{provider.Name}' of tenant '{provider.TenantId}', is {how}.")
        { KeyArn = provider.KeyArn };
    }

    /// <summary>
    /// Whether a tenant has a second layer: its platform knows nothing else, or one of its providers that was ever Active has one. Then no data key may
    /// come from, or be opened by, the customer's master key alone.
    /// </summary>
    public static bool Covers(TenantState state) =>
        state.Tenant!.Profile.SecondLayer == SecondLayerRule.Always
        || state.Providers.Any(one => one is { Type: KeyProviderType.AwsKms, SecondLayer: true, Status: not KeyProviderStatus.Pending });
}
