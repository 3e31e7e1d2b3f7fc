using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>What every change of a provider's state checks and does, within its transaction.</summary>
internal static class ProviderTransition
{
    /// <summary>The provider of an id, which no unfinished migration of its tenant may use.</summary>
    public static async Task<KeyProvider> RequireIdleAsync(IStoreTransaction transaction, string providerId)
    {
        KeyProvider provider = await transaction.Providers.RequireAsync(providerId).ConfigureAwait(false);
        await transaction.Migrations.RefuseUnfinishedAsync(provider.TenantId).ConfigureAwait(false);
        return provider;
    }

    /// <summary>Refuses another provider for a tenant whose children inherited the one that it has.</summary>
    /// <exception cref="TenantEncryptionException"><c>HAS_DEPENDANTS</c>.</exception>
    /// <param name="transaction">The transaction.</param>
    /// <param name="target">The provider that is to be the tenant's Active one; the one that is changes nothing for children.</param>
    public static async Task RefuseParentAsync(IStoreTransaction transaction, KeyProvider target)
    {
        if (target.Status == KeyProviderStatus.Active)
        {
            return;
        }

        IReadOnlyList<string> children = await ListChildrenAsync(
            transaction, await transaction.Tenants.RequireAsync(target.TenantId).ConfigureAwait(false)).ConfigureAwait(false);
        if (children.Count > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"The children of tenant '{target.TenantId}' inherited its key provider and would keep it: {string.Join(", ", children)}.",
                remedy: "Make the tenant anew with the other key, and then its children.");
        }
    }

    /// <summary>The ids of a tenant's children, quoted.</summary>
    public static async Task<IReadOnlyList<string>> ListChildrenAsync(IStoreTransaction transaction, EncryptionTenant parent)
    {
        IReadOnlyList<EncryptionTenant> tenants = parent.Profile.Children ? await transaction.Tenants.ListAsync().ConfigureAwait(false) : [];
        return [.. tenants.Where(tenant => tenant.Parent == parent.TenantId).Select(tenant => $"'{tenant.TenantId}'")];
    }

    /// <summary>Makes a provider Active, the Active one Archived, and a new key Current; raises the epoch.</summary>
    public static async Task ActivateAsync(Change change, KeyProvider provider, KeyEncryptionKey newKey, DateTimeOffset now)
    {
        KeyProvider? active = await change.Store.Providers.FindActiveAsync(provider.TenantId).ConfigureAwait(false);
        if (active is not null)
        {
            KeyProvider archived = active with { Status = KeyProviderStatus.Archived, DemotedFromCurrentAt = now };
            await change.Store.Providers.UpdateAsync(archived).ConfigureAwait(false);
            change.Record(EventTypes.ProviderArchived, provider.TenantId, ProviderData.Of(archived));
        }

        KeyProvider activated = provider with { Status = KeyProviderStatus.Active, PromotedToCurrentAt = now, DemotedFromCurrentAt = null };
        await change.Store.Providers.UpdateAsync(activated).ConfigureAwait(false);
        await MakeCurrentAsync(change, newKey).ConfigureAwait(false);
        await change.RaiseEpochAsync(provider.TenantId).ConfigureAwait(false);
        JObject data = ProviderData.Of(activated);
        data["kekId"] = newKey.KekId;
        change.Record(EventTypes.ProviderActivated, provider.TenantId, data);
    }

    /// <summary>Adds a key and has it wrap from now on, in the place of the Current one.</summary>
    public static async Task MakeCurrentAsync(Change change, KeyEncryptionKey key)
    {
        if (await change.Store.Keys.FindCurrentAsync(key.TenantId).ConfigureAwait(false) is { } current)
        {
            await change.Store.Keys.SetStatusAsync(current.KekId, KeyEncryptionKeyStatus.Previous).ConfigureAwait(false);
        }

        await change.AddKeyAsync(key).ConfigureAwait(false);
    }

    /// <summary>Refuses to delete a provider's keys while a writer's reservation is open.</summary>
    public static async Task RefuseWritersAsync(IStoreTransaction transaction, KeyProvider provider)
    {
        RefuseOpen((await transaction.Keys.ListWritersAsync(provider.Id).ConfigureAwait(false)).Count, $"the key provider '{provider.Name}'");
    }

    /// <summary>Refuses to delete a key while a writer's reservation under it is open.</summary>
    public static async Task RefuseWritersAsync(IStoreTransaction transaction, string kekId) =>
        RefuseOpen((await transaction.Keys.ListWritersOfKeyAsync(kekId).ConfigureAwait(false)).Count, $"the key {kekId}");

    /// <summary>Refuses to delete a provider's keys while a process may still hold one that was used: until the longest lease has passed since the provider was Active.</summary>
    public static async Task RefuseHeldKeysAsync(IStoreTransaction transaction, KeyProvider provider, EncryptionTenant tenant, DateTimeOffset now)
    {
        IReadOnlyList<KeyEncryptionKey> keys = await transaction.Keys.ListAsync(tenant.TenantId).ConfigureAwait(false);
        bool used = keys.Any(key => key.ProviderId == provider.Id && key.ReservedWraps > 0);
        DateTimeOffset? safeAt = provider.DemotedFromCurrentAt + tenant.KeyLease;
        if (used && safeAt > now)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"A process may hold a key of '{provider.Name}' in memory until {safeAt:u}: the longest lease since it was Active.",
                remedy: "Run the command again after that time.");
        }
    }

    private static void RefuseOpen(int reservations, string what)
    {
        if (reservations > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"{Counted.Of(reservations, "reservation")} of writers under {what} {(reservations == 1 ? "is" : "are")} still open.",
                remedy: "Run the command again when the writers are done.");
        }
    }
}
