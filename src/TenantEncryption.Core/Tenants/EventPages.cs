using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>Events of some types, within a transaction.</summary>
internal static class EventPages
{
    private const int PageSize = 512;

    /// <summary>Lists them, oldest first.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for all chains.</param>
    /// <param name="types">The types, without the platform's prefix.</param>
    public static async IAsyncEnumerable<EncryptionEvent> ListAsync(IStoreTransaction store, string? tenantId, params string[] types)
    {
        IReadOnlyList<string> known = await store.Events.ListTypesAsync().ConfigureAwait(false);
        string[] wanted = [.. known.Where(type => types.Any(one => type.EndsWith("." + one, StringComparison.Ordinal)))];
        if (wanted.Length == 0)
        {
            yield break;
        }

        EventPosition? position = null;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await store.Events.ListAsync(new EventFilter { TenantId = tenantId, Types = wanted }, position, PageSize).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                yield return EventText.Read(stored);
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            position = EventText.PositionOf(page[^1]);
        }
    }
}
