using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.State;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>A change under way: its transaction, and the events that tell it.</summary>
internal sealed class Change(CheckedTransaction store, EventLog log, Operation operation)
{
    private readonly List<NewEvent> _events = [];

    /// <summary>The transaction.</summary>
    public IStoreTransaction Store => store;

    /// <summary>The KMS calls that the change's events tell.</summary>
    public List<KmsCall> KmsCalls { get; } = [];

    /// <summary>The tenants whose epoch the change raised.</summary>
    public List<string> EpochsRaised { get; } = [];

    /// <summary>The events, in their order, which are written when the change is complete: each tells of the state after it.</summary>
    public IReadOnlyList<NewEvent> Events => _events;

    /// <summary>
    /// Raises a tenant's epoch: leases and reservations of the older one no longer count, here at once and in other processes within a second. Once is enough
    /// for a change, and so an epoch is never above the number of the tenant's last event: see <see cref="NextEpochAsync"/>.
    /// </summary>
    public async Task RaiseEpochAsync(string tenantId)
    {
        if (!EpochsRaised.Contains(tenantId))
        {
            await store.Tenants.RaiseEpochAsync(tenantId).ConfigureAwait(false);
            EpochsRaised.Add(tenantId);
        }
    }

    /// <summary>The epoch with which a tenant begins: above each that an earlier tenant of the same id ever had, whose keys a process may still know.</summary>
    public async Task<long> NextEpochAsync(string tenantId) => 1 + ((await store.Events.LastAsync(tenantId).ConfigureAwait(false))?.Sequence ?? 0);

    /// <summary>Removes a tenant on which nothing depends: its leases end here at once and in other processes within a second.</summary>
    public async Task RemoveTenantAsync(string tenantId)
    {
        await store.Tenants.RemoveAsync(tenantId).ConfigureAwait(false);
        EpochsRaised.Add(tenantId);
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

    /// <summary>Does something in the transaction after the events were written, which may not be so before they tell of it.</summary>
    public Func<Task>? Afterwards { get; set; }

    /// <summary>Records an event in the transaction, with the KMS calls that led to it.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="tenantId">The tenant that it is about.</param>
    /// <param name="data">The details.</param>
    /// <returns>The time of the event.</returns>
    public DateTimeOffset Record(string type, string? tenantId, JObject data)
    {
        IReadOnlyList<KmsCall> calls = operation.TakeKmsCalls();
        KmsCalls.AddRange(calls);
        if (calls.Count > 0)
        {
            data["kmsCalls"] = Operation.Describe(calls);
        }

        data["operation"] = operation.Id;
        var recorded = new NewEvent(type, tenantId, log.Now(), data);
        _events.Add(recorded);
        return recorded.Time;
    }
}
