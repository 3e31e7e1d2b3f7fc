using TenantEncryption.Tenants;

namespace TenantEncryption.Stores;

/// <summary>The rows of tenants. Ids are compared ordinally.</summary>
internal interface ITenantTable
{
    /// <summary>Adds a tenant whose id is free.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>When it is added.</returns>
    Task AddAsync(EncryptionTenant tenant);

    /// <summary>Replaces display name, region, edition, key lease and whether untraced reads are allowed; the rest is fixed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>When it is replaced.</returns>
    Task UpdateAsync(EncryptionTenant tenant);

    /// <summary>Removes a tenant on which nothing depends. Its chain of events stays.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>When it is removed.</returns>
    Task RemoveAsync(string tenantId);

    /// <summary>The tenant of an id, or <see langword="null"/>.</summary>
    /// <param name="tenantId">The id, exactly.</param>
    /// <returns>The tenant.</returns>
    Task<EncryptionTenant?> FindAsync(string tenantId);

    /// <summary>All tenants, ordered by id.</summary>
    /// <returns>The tenants.</returns>
    Task<IReadOnlyList<EncryptionTenant>> ListAsync();

    /// <summary>The ids of all tenants, in ordinal order.</summary>
    /// <returns>The ids.</returns>
    Task<IReadOnlyList<string>> ListIdsAsync();

    /// <summary>The epochs of all tenants.</summary>
    /// <returns>The epochs, by tenant id.</returns>
    Task<IReadOnlyDictionary<string, long>> ListEpochsAsync();

    /// <summary>A mark that is another one whenever a tenant's epoch was raised, or a refusal of a provider was noted, since.</summary>
    /// <returns>The mark.</returns>
    Task<string> ReadChangeMarkAsync();

    /// <summary>
    /// A hash over the rows of a tenant that decide who may read and write, as they lie in the store: equal to an earlier one, none of them was changed since.
    /// </summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>32 bytes; how they are computed is the store's own affair.</returns>
    Task<byte[]> HashRowsAsync(string tenantId);

    /// <summary>Raises the tenant's epoch by one: leases and reservations of the older epoch no longer count.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The new epoch.</returns>
    Task<long> RaiseEpochAsync(string tenantId);

    /// <summary>The tenant's epoch, or <see langword="null"/> when there is no such tenant.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The epoch.</returns>
    Task<long?> GetEpochAsync(string tenantId);

    /// <summary>Makes sure that a tenant's epoch is still a certain one, and stays it until this transaction ends: who raises it waits, or has come first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="epoch">The epoch.</param>
    /// <returns>Whether it is.</returns>
    Task<bool> FenceAsync(string tenantId, long epoch);
}
