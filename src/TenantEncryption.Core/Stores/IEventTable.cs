using TenantEncryption.Events;

namespace TenantEncryption.Stores;

/// <summary>The rows of the event log: a chain for each tenant, and one of the store itself. The store refuses to change or remove a row.</summary>
internal interface IEventTable
{
    /// <summary>The last record of a chain, or <see langword="null"/> when there is none.</summary>
    /// <param name="chain">The chain.</param>
    /// <returns>The record.</returns>
    Task<StoredEvent?> LastAsync(string chain);

    /// <summary>A record of a chain, or <see langword="null"/>.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="sequence">Its number.</param>
    /// <returns>The record.</returns>
    Task<StoredEvent?> FindAsync(string chain, long sequence);

    /// <summary>The last record of a chain of a type, or <see langword="null"/>. It looks at every record after it.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="type">The type, without the platform's prefix.</param>
    /// <returns>The record.</returns>
    Task<StoredEvent?> FindLastAsync(string chain, string type);

    /// <summary>The first number of a chain whose time is not before a time, or <see langword="null"/> when there is none.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="time">The time.</param>
    /// <returns>The number.</returns>
    Task<long?> FindFirstSinceAsync(string chain, DateTimeOffset time);

    /// <summary>The chains that begin later than with number 1: their first records left for an archive.</summary>
    /// <returns>The last number that is missing, by chain.</returns>
    Task<IReadOnlyDictionary<string, long>> ListArchivedAsync();

    /// <summary>Removes the first records of a chain. The store refuses unless the chain's last record tells that they are in an archive.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="upTo">Up to this number.</param>
    /// <returns>How many were removed.</returns>
    Task<long> RemoveArchivedAsync(string chain, long upTo);

    /// <summary>Appends a record whose number follows the last one's of its chain.</summary>
    /// <param name="storedEvent">The record.</param>
    /// <returns>When it is appended.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>: the store did not take it.</exception>
    Task AppendAsync(StoredEvent storedEvent);

    /// <summary>The types of which there are records.</summary>
    /// <returns>The types, with their prefixes.</returns>
    Task<IReadOnlyList<string>> ListTypesAsync();

    /// <summary>The last record of every chain, page by page.</summary>
    /// <param name="afterChain">After this chain, in ordinal order; <see langword="null"/> from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The records, by chain.</returns>
    Task<IReadOnlyList<StoredEvent>> ListLastAsync(string? afterChain, int limit);

    /// <summary>Records of a chain in order, page by page.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="afterSequence">After this number.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The records.</returns>
    Task<IReadOnlyList<StoredEvent>> ListChainAsync(string chain, long afterSequence, int limit);

    /// <summary>
    /// Records page by page, oldest first: of one tenant in the order of their numbers, of several by time. What is filtered by is taken from the
    /// authenticated text itself.
    /// </summary>
    /// <param name="filter">Which records.</param>
    /// <param name="after">After this one; <see langword="null"/> from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The records.</returns>
    Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, EventPosition? after, int limit);
}
