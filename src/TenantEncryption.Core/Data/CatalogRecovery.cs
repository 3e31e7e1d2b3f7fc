using TenantEncryption.Errors;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Data;

/// <summary>
/// Settles catalog entries whose writer died between the row and the rename, or just after it: the file at the path is the message, or it is not.
/// One that can't be looked at now stays pending, and goes on to count.
/// </summary>
internal static class CatalogRecovery
{
    /// <summary>Settles all orphaned entries. Who finds the store locked, or may not write it, leaves that to the next one: reading needs none of it.</summary>
    public static async Task SettleAsync(IStore store, SessionKeeper session, IObjectSpace space, CancellationToken cancellationToken)
    {
        bool isNeeded = await store.ReadAsync(
            async transaction => await session.HasDeadAsync(transaction).ConfigureAwait(false)
                || (await transaction.Catalog.ListOrphanedAsync(space.Address).ConfigureAwait(false)).Count > 0,
            cancellationToken).ConfigureAwait(false);
        if (!isNeeded)
        {
            return;
        }

        try
        {
            await SettleNowAsync(store, session, space, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.StoreLocked or ErrorCodes.StoreUnusable or ErrorCodes.StorageFailed)
        {
            // What is pending goes on to count.
        }
    }

    private static async Task SettleNowAsync(IStore store, SessionKeeper session, IObjectSpace space, CancellationToken cancellationToken)
    {
        IReadOnlyList<PendingEntry> orphans = [];
        IReadOnlyDictionary<string, string> known = new Dictionary<string, string>();
        await store.WriteAsync(
            StoreScope.All,
            async transaction =>
            {
                await session.SweepAsync(transaction).ConfigureAwait(false);
                orphans = await transaction.Catalog.ListOrphanedAsync(space.Address).ConfigureAwait(false);
                known = await FindKnownAsync(transaction, space, orphans).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (orphans.Count == 0)
        {
            return;
        }

        // The id is 32 random bytes that this store wrote: a file that has it is that message, or one made to look so, which reading refuses.
        HashSet<PendingEntry> there = [];
        HashSet<PendingEntry> gone = [];
        foreach (PendingEntry orphan in orphans)
        {
            if (await space.HoldsAsync(orphan.Entry.Name, orphan.Entry.MessageId, cancellationToken).ConfigureAwait(false) is { } isThere)
            {
                (isThere ? there : gone).Add(orphan);
            }
        }

        await store.WriteAsync(
            StoreScope.All,
            async transaction =>
            {
                // Another process may have settled some meanwhile, or a writer that was only slow confirmed its own.
                IReadOnlyList<PendingEntry> left = await transaction.Catalog.ListOrphanedAsync(space.Address).ConfigureAwait(false);

                // Who catalogued another message there since may have put it there after the look: the next one looks again.
                IReadOnlyDictionary<string, string> now = await FindKnownAsync(transaction, space, left).ConfigureAwait(false);
                there.RemoveWhere(orphan => now.GetValueOrDefault(orphan.Entry.Key) != known.GetValueOrDefault(orphan.Entry.Key));
                foreach (IGrouping<string, PendingEntry> writer in left.GroupBy(orphan => orphan.ReservationId))
                {
                    await transaction.Catalog.ConfirmAsync(writer.Key, space.Address, KeysBut(writer, there)).ConfigureAwait(false);
                    await transaction.Catalog.RemovePendingAsync(writer.Key, space.Address, KeysBut(writer, gone)).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static Task<IReadOnlyDictionary<string, string>> FindKnownAsync(IStoreTransaction transaction, IObjectSpace space, IReadOnlyList<PendingEntry> orphans) =>
        transaction.Catalog.FindMessageIdsAsync(space.Address, [.. orphans.Select(orphan => orphan.Entry.Key)]);

    private static IReadOnlyList<string> KeysBut(IEnumerable<PendingEntry> orphans, HashSet<PendingEntry> those) =>
        [.. orphans.Where(orphan => !those.Contains(orphan)).Select(orphan => orphan.Entry.Key)];
}
