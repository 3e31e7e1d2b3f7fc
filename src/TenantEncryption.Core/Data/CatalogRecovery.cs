using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Data;

/// <summary>
/// Settles catalog entries whose writer died between the row and the rename, or just after it: the file at the path is the message, or it is not.
/// </summary>
internal static class CatalogRecovery
{
    /// <summary>Settles all orphaned entries.</summary>
    public static async Task SettleAsync(IStore store, SessionKeeper session, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogEntry> orphans;
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

        ILookup<bool, string> settled = orphans.ToLookup(IsAtItsPath, entry => entry.MessageId);
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await transaction.Catalog.ConfirmAsync([.. settled[true]]).ConfigureAwait(false);
        await transaction.Catalog.RemoveAsync([.. settled[false]]).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    // The id is 32 random bytes that this store wrote: a file that has it is that message, or one made to look so, which reading refuses.
    private static bool IsAtItsPath(CatalogEntry entry)
    {
        try
        {
            using FileStream file = File.OpenRead(entry.Path);
            MessageHeader header = MessageReader.ReadHeaderAsync(file.SafeFileHandle).GetAwaiter().GetResult();
            return Hex.Of(header.MessageId.Span) == entry.MessageId;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TenantEncryptionException)
        {
            return false;
        }
    }
}
