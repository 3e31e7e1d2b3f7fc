using TenantEncryption.Data;

namespace TenantEncryption.Stores;

/// <summary>The rows of the catalog: a version of an object has at most one, and message ids are unique. Beside them, those of messages about to take their names.</summary>
internal interface ICatalogTable
{
    /// <summary>Notes entries as pending, before their files take their names. They count as catalogued, and are not listed.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="entries">The entries, each of another object.</param>
    /// <returns>When they are noted.</returns>
    Task AddPendingAsync(string reservationId, IReadOnlyList<CatalogEntry> entries);

    /// <summary>Catalogues a reservation's pending entries, in place of what was there before.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="space">The address of the space where they are.</param>
    /// <param name="exceptKeys">The keys of those that stay pending; <see langword="null"/> for none.</param>
    /// <returns>How many were catalogued: fewer than were noted, when another process took their writer for dead.</returns>
    Task<int> ConfirmAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null);

    /// <summary>Forgets a reservation's pending entries.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="space">The address of the space where they are.</param>
    /// <param name="exceptKeys">The keys of those that stay pending; <see langword="null"/> for none.</param>
    /// <returns>When it is done.</returns>
    Task RemovePendingAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null);

    /// <summary>Adds entries of messages that are where they say: nothing else is at their objects, and none is known.</summary>
    /// <param name="entries">The entries, each of another object.</param>
    /// <returns>When they are added.</returns>
    Task AddAsync(IReadOnlyList<CatalogEntry> entries);

    /// <summary>Gives an entry another name, under which nothing is known.</summary>
    /// <param name="entry">The entry, as it is known.</param>
    /// <param name="space">The address of the space where the message is now.</param>
    /// <param name="key">The key of the name there.</param>
    /// <param name="name">The name, as it is written.</param>
    /// <returns>Whether the entry was there.</returns>
    Task<bool> MoveAsync(CatalogEntry entry, string space, string key, string name);

    /// <summary>Removes catalogued entries.</summary>
    /// <param name="messageIds">Their message ids.</param>
    /// <returns>When it is done.</returns>
    Task RemoveAsync(IReadOnlyList<string> messageIds);

    /// <summary>How many entries a tenant has, pending ones too, and those whose key was removed.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The count.</returns>
    Task<long> CountAsync(string tenantId);

    /// <summary>Removes all entries of a tenant, pending ones too.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>When it is done.</returns>
    Task RemoveOfTenantAsync(string tenantId);

    /// <summary>The entry of an object, or <see langword="null"/>.</summary>
    /// <param name="space">The address of the space.</param>
    /// <param name="key">The key of the name there.</param>
    /// <param name="version">The version.</param>
    /// <returns>The entry.</returns>
    Task<CatalogEntry?> FindAsync(string space, string key, string version = "");

    /// <summary>The message id of the entry of an object, or <see langword="null"/>.</summary>
    /// <param name="space">The address of the space.</param>
    /// <param name="key">The key of the name there.</param>
    /// <param name="version">The version.</param>
    /// <returns>The message id.</returns>
    Task<string?> FindMessageIdAsync(string space, string key, string version = "");

    /// <summary>The message ids of the entries of many objects, where nothing keeps older versions.</summary>
    /// <param name="space">The address of the space.</param>
    /// <param name="keys">The keys of names there.</param>
    /// <returns>The ids, by key; without those of which nothing is known.</returns>
    Task<IReadOnlyDictionary<string, string>> FindMessageIdsAsync(string space, IReadOnlyList<string> keys);

    /// <summary>The entries of messages, wherever they are.</summary>
    /// <param name="messageIds">The message ids.</param>
    /// <returns>The entries of those that are known.</returns>
    Task<IReadOnlyList<CatalogEntry>> FindMessagesAsync(IReadOnlyList<string> messageIds);

    /// <summary>Which messages have the names that a writer's pending ones are to take.</summary>
    /// <param name="reservationId">The writer's reservation.</param>
    /// <param name="space">The address of the space.</param>
    /// <returns>The message ids, by key.</returns>
    Task<IReadOnlyDictionary<string, string>> FindReplacedAsync(string reservationId, string space);

    /// <summary>Which messages are pending: their writer is at work, or died.</summary>
    /// <param name="messageIds">The message ids.</param>
    /// <returns>Those of them that are pending.</returns>
    Task<IReadOnlyList<string>> FindPendingAsync(IReadOnlyList<string> messageIds);

    /// <summary>At which objects messages are pending.</summary>
    /// <param name="space">The address of the space.</param>
    /// <param name="keys">The keys of names there.</param>
    /// <returns>Those of them at which one is.</returns>
    Task<IReadOnlyList<string>> FindPendingKeysAsync(string space, IReadOnlyList<string> keys);

    /// <summary>Entries of a space whose keys begin with a text, in the order of their keys, page by page.</summary>
    /// <param name="space">The address of the space.</param>
    /// <param name="prefix">The text, which ends with a separator; empty for all of the space.</param>
    /// <param name="after">After this entry; <see langword="null"/> from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The entries.</returns>
    Task<IReadOnlyList<CatalogEntry>> ListBelowAsync(string space, string prefix, CatalogEntry? after, int limit);

    /// <summary>Entries space by space, in the order of their keys, page by page, so that a catalog of any size is streamed.</summary>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for all.</param>
    /// <param name="kekId">Under this key; <see langword="null"/> for all.</param>
    /// <param name="providerId">Depending on this provider; <see langword="null"/> for all.</param>
    /// <param name="after">After this entry; <see langword="null"/> from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The entries.</returns>
    Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, CatalogEntry? after, int limit);

    /// <summary>The pending entries of a space whose reservation is gone: their writer died between the row and the rename, or just after it.</summary>
    /// <param name="space">The address of the space.</param>
    /// <returns>The entries, those of a reservation together.</returns>
    Task<IReadOnlyList<PendingEntry>> ListOrphanedAsync(string space);
}
