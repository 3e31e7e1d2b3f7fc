using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Changes;

/// <summary>A change under way: its transaction, and the events that tell it.</summary>
internal sealed class Change(IStoreTransaction store, EventLog log, ProviderAuthenticator authenticator, Operation operation)
{
    /// <summary>The transaction.</summary>
    public IStoreTransaction Store => store;

    /// <summary>The head of the log after the last event of the change.</summary>
    public EventLogHead? Head { get; private set; }

    /// <summary>The KMS calls that the change's events tell.</summary>
    public List<KmsCall> KmsCalls { get; } = [];

    /// <summary>The tenants whose epoch the change raised.</summary>
    public List<string> EpochsRaised { get; } = [];

    /// <summary>Raises a tenant's epoch: leases and reservations of the older one no longer count, here at once and in other processes within a second.</summary>
    public Task RaiseEpochAsync(string tenantId)
    {
        EpochsRaised.Add(tenantId);
        return store.Tenants.RaiseEpochAsync(tenantId);
    }

    /// <summary>Adds a provider, authenticated.</summary>
    public async Task AddProviderAsync(KeyProvider provider) =>
        await store.Providers.AddAsync(await authenticator.SignAsync(store.Settings, provider).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>
    /// Changes a provider, authenticated again. What it was before must have been authentic: a change must not turn an altered registration
    /// into a good one.
    /// </summary>
    public async Task UpdateProviderAsync(KeyProvider before, KeyProvider after)
    {
        await authenticator.RequireAsync(before, CancellationToken.None).ConfigureAwait(false);
        await store.Providers.UpdateAsync(await authenticator.SignAsync(store.Settings, after).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Adds a key, unless the root that sealed it is gone.</summary>
    public async Task AddKeyAsync(KeyEncryptionKey key)
    {
        await RootKeyLoader.RefuseStaleAsync(store.Settings, key.Record).ConfigureAwait(false);
        await store.Keys.AddAsync(key).ConfigureAwait(false);
    }

    /// <summary>Puts another record in the place of a key's, unless the root that sealed it is gone.</summary>
    public async Task ReplaceRecordAsync(KeyRecord record)
    {
        await RootKeyLoader.RefuseStaleAsync(store.Settings, record).ConfigureAwait(false);
        await store.Keys.ReplaceRecordAsync(record).ConfigureAwait(false);
    }

    /// <summary>Records an event in the transaction, with the KMS calls that led to it.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="tenantId">The tenant that it is about.</param>
    /// <param name="data">The details.</param>
    public async Task RecordAsync(string type, string? tenantId, JObject data)
    {
        IReadOnlyList<KmsCall> calls = operation.TakeKmsCalls();
        KmsCalls.AddRange(calls);
        if (calls.Count > 0)
        {
            data["kmsCalls"] = Operation.Describe(calls);
        }

        data["operation"] = operation.Id;
        EncryptionTenant? tenant = tenantId is null ? null : await store.Tenants.FindAsync(tenantId).ConfigureAwait(false);
        PlatformProfile platform = tenant?.Profile ?? PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!;
        Head = await log.AppendAsync(store, $"{platform.EventPrefix}.{type}", tenantId, data).ConfigureAwait(false);
    }
}
