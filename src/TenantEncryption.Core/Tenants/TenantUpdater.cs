using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>Changes what is not fixed of a tenant, by the rules that hold when one is created.</summary>
internal sealed class TenantUpdater(UnitOfWork work)
{
    /// <summary>What an update would change. Nothing is changed.</summary>
    public Task<IReadOnlyList<PropertyChange>> CompareAsync(string tenantId, TenantUpdate update, CancellationToken cancellationToken) =>
        work.ReadAsync(async store => (await PlanAsync(store, tenantId, update).ConfigureAwait(false)).Changes, cancellationToken);

    /// <summary>Changes it.</summary>
    public async Task<EncryptionTenant> UpdateAsync(string tenantId, TenantUpdate update, CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("TenantService.UpdateAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                (EncryptionTenant before, EncryptionTenant after, IReadOnlyList<PropertyChange> changes) =
                    await PlanAsync(change.Store, tenantId, update).ConfigureAwait(false);
                if (changes.Count == 0)
                {
                    return before;
                }

                await change.Store.Tenants.UpdateAsync(after).ConfigureAwait(false);
                Record(change, after, changes);

                // What processes keep of a tenant between two looks at the store they look at again.
                if (after.KeyLease != before.KeyLease || after.UntracedReads != before.UntracedReads)
                {
                    await change.RaiseEpochAsync(tenantId).ConfigureAwait(false);
                }

                return await change.Store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(EncryptionTenant Before, EncryptionTenant After, IReadOnlyList<PropertyChange> Changes)> PlanAsync(
        IStoreTransaction store, string tenantId, TenantUpdate update)
    {
        if (update.KeyLease is { } lease)
        {
            LeaseRule.CheckOfTenant(lease);
        }

        EncryptionTenant before = await store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        EncryptionTenant after = before with
        {
            DisplayName = Changed(before.DisplayName, update.DisplayName),
            Region = Changed(before.Region, update.Region),
            Edition = Changed(before.Edition, update.Edition),
            KeyLease = update.KeyLease ?? before.KeyLease,
            UntracedReads = update.UntracedReads ?? before.UntracedReads,
        };
        if (after.Region is { } region && region != before.Region)
        {
            await RequireRegionAsync(store, after, region).ConfigureAwait(false);
        }

        if (after.Edition != before.Edition)
        {
            PlatformRules.RequireEdition(
                after, await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false));
        }

        return (before, after, PropertyChange.Between(
            (nameof(before.DisplayName), before.DisplayName, after.DisplayName),
            (nameof(before.Region), before.Region, after.Region),
            (nameof(before.Edition), before.Edition, after.Edition),
            (nameof(before.KeyLease), before.KeyLease.ToString("c"), after.KeyLease.ToString("c")),
            (nameof(before.UntracedReads), before.UntracedReads.ToString(), after.UntracedReads.ToString())));
    }

    // A key is in its tenant's region, or no test of it passes.
    private static async Task RequireRegionAsync(IStoreTransaction store, EncryptionTenant tenant, string region)
    {
        PlatformRules.RequireRegion(tenant.Profile, region);
        KeyProvider active = (await store.Providers.FindActiveAsync(tenant.TenantId).ConfigureAwait(false))!;
        if (active.KeyArn is { } keyArn && KeyIdentifier.Parse(keyArn).Region is { } own && own != region)
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongRegion,
                $"The key of '{active.Name}', the Active key provider of tenant '{tenant.TenantId}', is in {own}, not in {region}.",
                remedy: "Give the key's region. To move to another one, take the tenant's region away with an empty text, move its keys to a provider there, and give that region then.")
            {
                KeyArn = keyArn,
                Region = own,
            };
        }
    }

    // That reads may go untraced is an event of its own.
    private static void Record(Change change, EncryptionTenant tenant, IReadOnlyList<PropertyChange> changes)
    {
        PropertyChange[] others = [.. changes.Where(one => one.Property != nameof(tenant.UntracedReads))];
        if (others.Length > 0)
        {
            change.Record(EventTypes.TenantUpdated, tenant.TenantId, new JObject { ["changes"] = PropertyChange.Describe(others) });
        }

        if (others.Length < changes.Count)
        {
            change.Record(tenant.UntracedReads ? EventTypes.UntracedReadsAllowed : EventTypes.UntracedReadsEnded, tenant.TenantId, []);
        }
    }

    private static string? Changed(string? before, string? given) => given is null ? before : given.Length == 0 ? null : given;
}
