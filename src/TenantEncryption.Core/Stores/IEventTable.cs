using TenantEncryption.Events;

namespace TenantEncryption.Stores;

/// <summary>The rows of the event log. The store refuses to change or remove a row.</summary>
internal interface IEventTable
{
    /// <summary>The last record, or <see langword="null"/> when there is none.</summary>
    /// <returns>The record.</returns>
    Task<StoredEvent?> LastAsync();

    /// <summary>Appends a record whose number follows the last one's.</summary>
    /// <param name="storedEvent">The record.</param>
    /// <returns>When it is appended.</returns>
    Task AppendAsync(StoredEvent storedEvent);

    /// <summary>
    /// Adds to a filter the sequence numbers between which its times lie, so that its pages need not look at all records. Clocks step, so a record in
    /// between may be of another time.
    /// </summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The same filter, narrower.</returns>
    Task<EventFilter> NarrowAsync(EventFilter filter);

    /// <summary>The types of which there are records.</summary>
    /// <returns>The types, with their prefixes.</returns>
    Task<IReadOnlyList<string>> ListTypesAsync();

    /// <summary>Records in order, page by page. What is filtered by is taken from the authenticated text itself.</summary>
    /// <param name="filter">Which records.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The records, oldest first.</returns>
    Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, int limit);
}
