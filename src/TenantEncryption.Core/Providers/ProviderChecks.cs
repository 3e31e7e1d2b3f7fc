using TenantEncryption.Errors;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>
/// What forbids a change of a provider's state. A change makes these checks in its transaction; a caller who asks a question first makes them before
/// it, so that nobody agrees to what is refused then.
/// </summary>
internal static class ProviderChecks
{
    /// <summary>Refuses to activate a provider.</summary>
    public static async Task RequireEnablingAsync(IStoreTransaction store, EncryptionTenant tenant, KeyProvider provider)
    {
        Require(provider, KeyProviderStatus.Pending, "can be activated; migrate to an Archived one, restore a Deactivated one first");
        PlatformRules.RequireActivation(tenant, (await store.Providers.FindActiveAsync(tenant.TenantId).ConfigureAwait(false))!);
        await store.Migrations.RefuseUnfinishedAsync(tenant.TenantId).ConfigureAwait(false);
        await ProviderTransition.RefuseParentAsync(store, provider).ConfigureAwait(false);
    }

    /// <summary>Refuses to deactivate a provider.</summary>
    public static async Task RequireDisablingAsync(IStoreTransaction store, KeyProvider provider, bool force)
    {
        Require(provider, KeyProviderStatus.Archived, "can be deactivated; an Active one is archived by activating another");
        await RequireSwitchAsync(store, provider).ConfigureAwait(false);
        await RefuseDependantsAsync(store, provider, force, "unreadable until it is restored").ConfigureAwait(false);
        await RefuseLayersAsync(store, provider, force).ConfigureAwait(false);
    }

    /// <summary>Refuses to restore a provider.</summary>
    public static async Task RequireRestoringAsync(IStoreTransaction store, KeyProvider provider)
    {
        Require(provider, KeyProviderStatus.Deactivated, "can be restored");
        await RequireSwitchAsync(store, provider).ConfigureAwait(false);
    }

    /// <summary>Refuses to remove a provider. Writers that may still be at work are not looked for: they are gone a moment later.</summary>
    public static async Task RequireRemovalAsync(IStoreTransaction store, KeyProvider provider, bool force, DateTimeOffset now)
    {
        await store.Migrations.RefuseUnfinishedAsync(provider.TenantId).ConfigureAwait(false);
        if (provider.Type == KeyProviderType.Internal || provider.Status == KeyProviderStatus.Active)
        {
            string why = provider.Type == KeyProviderType.Internal ? "the internal provider" : "Active";
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, $"The key provider '{provider.Name}' is {why} and can't be removed.");
        }

        EncryptionTenant tenant = await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false);
        PlatformRules.RequireRemoval(tenant, provider);
        await RefuseDependantsAsync(store, provider, force, "lost for good").ConfigureAwait(false);
        await ProviderTransition.RefuseHeldKeysAsync(store, provider, tenant, now).ConfigureAwait(false);
    }

    private static async Task RequireSwitchAsync(IStoreTransaction store, KeyProvider provider)
    {
        PlatformRules.RequireDeactivation(await store.Tenants.RequireAsync(provider.TenantId).ConfigureAwait(false));
        await store.Migrations.RefuseUnfinishedAsync(provider.TenantId).ConfigureAwait(false);
    }

    private static void Require(KeyProvider provider, KeyProviderStatus status, string rule)
    {
        if (provider.Status != status)
        {
            throw new TenantEncryptionException(
                ErrorCodes.TransitionForbidden, $"The key provider '{provider.Name}' is {provider.Status}; only one that is {status} {rule}.");
        }
    }

    private static async Task RefuseDependantsAsync(IStoreTransaction store, KeyProvider provider, bool force, string consequence)
    {
        if (force || provider.MessageCount + provider.ValueCount == 0)
        {
            return;
        }

        KeyProvider active = (await store.Providers.FindActiveAsync(provider.TenantId).ConfigureAwait(false))!;
        throw new TenantEncryptionException(
            ErrorCodes.HasDependants,
            $"{Dependants(provider.MessageCount, provider.ValueCount)} on the key provider '{provider.Name}' and would be {consequence}.",
            remedy: $"Gather its keys under the Active one first (KeyMigrationService.StartAsync of tenant '{provider.TenantId}' to '{active.Name}'), or force it. Files that were deleted hold it back until the catalog lets go of them (CatalogUpdate.RemoveMissingAsync).");
    }

    // What is sealed under two layers depends on the internal KMS, too.
    private static async Task RefuseLayersAsync(IStoreTransaction transaction, KeyProvider provider, bool force)
    {
        if (force || provider.Type != KeyProviderType.Internal)
        {
            return;
        }

        IReadOnlyList<KeyProvider> others = await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = provider.TenantId }).ConfigureAwait(false);
        KeyProvider[] layered = [.. others.Where(other => other.SecondLayer && other.KeyCount > 0)];
        if (layered.Length > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"'{provider.Name}' is the second layer of {string.Join(", ", layered.Select(other => $"'{other.Name}'"))}: "
                    + $"{Dependants(layered.Sum(other => other.MessageCount), layered.Sum(other => other.ValueCount))} on it and would be unreadable until it is restored.");
        }
    }

    private static string Dependants(long messages, long values) =>
        $"{Counted.Of(messages, "file")} and up to {Counted.Of(values, "value")} outside the catalog depend";
}
