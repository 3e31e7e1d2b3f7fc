using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>
/// Where the platform encrypts what exists anew after the first activation of a customer's key, in the background and at the lowest priority (Tableau), that
/// migration is created. No work outlives its command unseen, so somebody begins it.
/// </summary>
internal sealed class FirstActivation(string actor, TimeProvider time) : IActivationFollower
{
    /// <inheritdoc/>
    public async Task<string?> FollowAsync(Change change, EncryptionTenant tenant, KeyProvider before, KeyProvider activated)
    {
        if (!tenant.Profile.Lifecycle.ReencryptAfterFirstActivation || before.Type != KeyProviderType.Internal || activated.Type == KeyProviderType.Internal)
        {
            return null;
        }

        SourceKeys sources = await SourceKeys.FindAsync(change.Store, tenant, activated, kekIds: null).ConfigureAwait(false);
        if (sources.Keys.Count == 0)
        {
            return null;
        }

        var migration = new KeyMigration
        {
            Id = Identifiers.New(Identifiers.MigrationPrefix),
            TenantId = tenant.TenantId,
            Mode = MigrationMode.Reencrypt,
            State = MigrationState.New,
            MigratingFrom = before.Id,
            MigratingFromName = before.Name,
            MigratingTo = activated.Id,
            MigratingToName = activated.Name,
            Actor = actor,
            InitiatedAt = time.GetUtcNow(),
            Total = sources.Messages,
            LowPriority = true,
        };
        await change.Store.Migrations.AddAsync(migration).ConfigureAwait(false);
        await Reencryption.AddItemsAsync(change.Store, migration.Id, sources).ConfigureAwait(false);
        change.Record(EventTypes.MigrationTriggered, tenant.TenantId, MigrationEvents.Describe(migration));
        return $"{tenant.Profile.Name} encrypts anew what exists, at the lowest priority: {Counted.Of(sources.Messages, "file")} of tenant '{tenant.TenantId}'. "
            + $"Begin it: KeyMigrationService.ResumeAsync(key: {migration.Id}).";
    }
}
