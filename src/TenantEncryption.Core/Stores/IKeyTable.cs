using TenantEncryption.Keys;

namespace TenantEncryption.Stores;

/// <summary>The rows of key-encryption keys and of wrap reservations. A unique index holds at most one Current key per tenant.</summary>
internal interface IKeyTable
{
    /// <summary>Adds a key.</summary>
    /// <param name="key">The key with its record.</param>
    /// <returns>When it is added.</returns>
    Task AddAsync(KeyEncryptionKey key);

    /// <summary>The key of an id, or <see langword="null"/>.</summary>
    /// <param name="kekId">The id.</param>
    /// <returns>The key.</returns>
    Task<KeyEncryptionKey?> FindAsync(string kekId);

    /// <summary>The tenant's Current key, or <see langword="null"/>.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The key.</returns>
    Task<KeyEncryptionKey?> FindCurrentAsync(string tenantId);

    /// <summary>The tenant's keys, oldest first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The keys.</returns>
    Task<IReadOnlyList<KeyEncryptionKey>> ListAsync(string tenantId);

    /// <summary>The tenant's keys, oldest first, without the names of their providers and their counts: all that decides who may read and write.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The keys.</returns>
    Task<IReadOnlyList<KeyEncryptionKey>> ListRecordsAsync(string tenantId);

    /// <summary>Puts another record in the place of a key's, so that the old bytes are overwritten on disk.</summary>
    /// <param name="record">The record; its KEK id names the row.</param>
    /// <returns>When it is replaced.</returns>
    Task ReplaceRecordAsync(KeyRecord record);

    /// <summary>Changes whether a key wraps.</summary>
    /// <param name="kekId">The key.</param>
    /// <param name="status">The new status.</param>
    /// <returns>When it is changed.</returns>
    Task SetStatusAsync(string kekId, KeyEncryptionKeyStatus status);

    /// <summary>Removes the keys that a provider seals, with their records overwritten.</summary>
    /// <param name="providerId">The provider.</param>
    /// <returns>How many there were.</returns>
    Task<int> RemoveOfProviderAsync(string providerId);

    /// <summary>Removes a key, with its record overwritten.</summary>
    /// <param name="kekId">The key.</param>
    /// <returns>When it is removed.</returns>
    /// <exception cref="TenantEncryptionException"><c>HAS_DEPENDANTS</c>: a reservation under it is open.</exception>
    Task RemoveAsync(string kekId);

    /// <summary>The wraps reserved under a key, or <see langword="null"/> when there is no such key.</summary>
    /// <param name="kekId">The key.</param>
    /// <returns>The count.</returns>
    Task<long?> CountWrapsAsync(string kekId);

    /// <summary>Adds to the wraps reserved under a key (or, for a Direct reservation, under its provider).</summary>
    /// <param name="reservation">The reservation, new or extended: its row is added or its wraps replaced.</param>
    /// <param name="additionalWraps">By how many it grew; counted at once, so that a crash over-counts.</param>
    /// <returns>When it is counted.</returns>
    Task ReserveAsync(WrapReservation reservation, long additionalWraps);

    /// <summary>The reservation of an id, or <see langword="null"/> when it was closed or given up as its process died.</summary>
    /// <param name="reservationId">The id.</param>
    /// <returns>The reservation.</returns>
    Task<WrapReservation?> FindReservationAsync(string reservationId);

    /// <summary>Closes a reservation and gives back what was not used.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="unusedWraps">How many wraps were not made.</param>
    /// <param name="fileWraps">How many became catalogued files.</param>
    /// <returns>When it is closed.</returns>
    Task CloseReservationAsync(WrapReservation reservation, long unusedWraps, long fileWraps);

    /// <summary>
    /// Counts files that were found, as reserved and as files both: whether they were counted when they were written, as values perhaps, or before the store
    /// was restored, nobody can tell. What may be outside the catalog stays as much as it was, never less.
    /// </summary>
    /// <param name="kekId">The key that wraps their data keys; <see langword="null"/> for Direct messages.</param>
    /// <param name="providerId">Of Direct messages the provider; else of no meaning.</param>
    /// <param name="files">How many.</param>
    /// <returns>Whether the key, or the provider, is there.</returns>
    Task<bool> CountFoundAsync(string? kekId, string? providerId, long files);

    /// <summary>The sessions whose reservations are open under a provider.</summary>
    /// <param name="providerId">The provider.</param>
    /// <returns>Their ids, one for each reservation.</returns>
    Task<IReadOnlyList<string>> ListWritersAsync(string providerId);

    /// <summary>The sessions whose reservations are open under a key.</summary>
    /// <param name="kekId">The key.</param>
    /// <returns>Their ids, one for each reservation.</returns>
    Task<IReadOnlyList<string>> ListWritersOfKeyAsync(string kekId);
}
