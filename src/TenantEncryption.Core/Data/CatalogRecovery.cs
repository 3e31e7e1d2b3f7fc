using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Data;

/// <summary>
/// Settles catalog entries whose writer died between the row and the rename, or just after it: the file at the path is the message, or it is not.
/// One that can't be looked at now stays pending, and goes on to count.
/// </summary>
internal static class CatalogRecovery
{
    /// <summary>Settles all orphaned entries. Who finds the store locked, or may not write it, leaves that to the next one: reading needs none of it.</summary>
    public static async Task SettleAsync(IStore store, SessionKeeper session, CancellationToken cancellationToken)
    {
        bool isNeeded = await store.ReadAsync(
            async transaction => await session.HasDeadAsync(transaction).ConfigureAwait(false)
                || (await transaction.Catalog.ListOrphanedAsync().ConfigureAwait(false)).Count > 0,
            cancellationToken).ConfigureAwait(false);
        if (!isNeeded)
        {
            return;
        }

        try
        {
            await SettleNowAsync(store, session, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.StoreLocked or ErrorCodes.StoreUnusable or ErrorCodes.StorageFailed)
        {
            // What is pending goes on to count.
        }
    }

    private static async Task SettleNowAsync(IStore store, SessionKeeper session, CancellationToken cancellationToken)
    {
        IReadOnlyList<PendingEntry> orphans;
        IStoreTransaction sweeping = await store.BeginAsync(StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        await using (sweeping.ConfigureAwait(false))
        {
            await session.SweepAsync(sweeping).ConfigureAwait(false);
            orphans = await sweeping.Catalog.ListOrphanedAsync().ConfigureAwait(false);
            await sweeping.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (orphans.Count == 0)
        {
            return;
        }

        ILookup<bool?, PendingEntry> looked = orphans.ToLookup(orphan => IsAtItsPath(orphan.Entry));
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);

        // Another process may have settled some meanwhile, or a writer that was only slow confirmed its own.
        HashSet<PendingEntry> there = [.. looked[true]];
        HashSet<PendingEntry> gone = [.. looked[false]];
        IReadOnlyList<PendingEntry> left = await transaction.Catalog.ListOrphanedAsync().ConfigureAwait(false);
        foreach (IGrouping<string, PendingEntry> writer in left.GroupBy(orphan => orphan.ReservationId))
        {
            await transaction.Catalog.ConfirmAsync(writer.Key, PathsBut(writer, there)).ConfigureAwait(false);
            await transaction.Catalog.RemovePendingAsync(writer.Key, PathsBut(writer, gone)).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IReadOnlyList<string> PathsBut(IEnumerable<PendingEntry> orphans, HashSet<PendingEntry> those) =>
        [.. orphans.Where(orphan => !those.Contains(orphan)).Select(orphan => orphan.Entry.Path)];

    // The id is 32 random bytes that this store wrote: a file that has it is that message, or one made to look so, which reading refuses.
    private static bool? IsAtItsPath(CatalogEntry entry)
    {
        try
        {
            using FileStream file = File.OpenRead(entry.Path);
            MessageHeader header = MessageReader.ReadHeaderAsync(file.SafeFileHandle).GetAwaiter().GetResult();
            return Convert.ToHexStringLower(header.MessageId.Span) == entry.MessageId;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or TenantEncryptionException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
