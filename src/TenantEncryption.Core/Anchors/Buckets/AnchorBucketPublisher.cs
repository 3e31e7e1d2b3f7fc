using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>
/// Puts anchors into a bucket, in the order of their numbers and one after the other, so that what is there has no gap when a process dies. Several processes may do it
/// at once: an object is put on the condition that there is none, and one that is there already is compared.
/// </summary>
internal sealed class AnchorBucketPublisher(UnitOfWork work, string storeId, Func<string, IBucket> openBucket, TimeProvider time)
{
    private const int PageSize = 256;

    /// <summary>Puts an anchor where it is not yet, with those before it that the place lacks. A place without any begins with this one.</summary>
    /// <param name="newest">The anchor.</param>
    /// <param name="place">The place.</param>
    /// <param name="told">The last one that went there, as the store tells; it spares listing those before.</param>
    /// <param name="cancellationToken">Ends it; what was put by then stays.</param>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_ROLLED_BACK</c>: there is an anchor that the store lacks or has otherwise; <c>SPACE_UNLOCKED</c>: nothing would hold it; <c>EVENTS_ARCHIVED</c>: what is
    /// missing there left the store; the codes of buckets.
    /// </exception>
    public async Task PublishAsync(Anchor newest, AnchorBucket place, long? told, CancellationToken cancellationToken)
    {
        var folder = AnchorFolder.Of(place.Address, storeId);
        IBucket bucket = openBucket(folder.Bucket);
        Func<ObjectHold> hold = await HoldAsync(bucket, folder, place, cancellationToken).ConfigureAwait(false);
        long? last = await FindLastAsync(bucket, folder, told, cancellationToken).ConfigureAwait(false);
        if (last is { } there)
        {
            await RequireSameAsync(bucket, folder, there, cancellationToken).ConfigureAwait(false);
        }

        if (told > (last ?? 0))
        {
            work.Warn($"'{folder.Place}' lacks anchors up to {told} of store {storeId} that were put there: they are put again.");
        }

        long first = last + 1 ?? told ?? newest.Number;
        while (first <= newest.Number)
        {
            foreach (Anchor missing in await ReadAsync(folder, first, Math.Min(newest.Number, first + PageSize - 1), cancellationToken).ConfigureAwait(false))
            {
                await PutAsync(bucket, folder, missing, hold(), cancellationToken).ConfigureAwait(false);
                first = missing.Number + 1;
            }
        }
    }

    private async Task<Func<ObjectHold>> HoldAsync(IBucket bucket, AnchorFolder folder, AnchorBucket place, CancellationToken cancellationToken)
    {
        BucketLock? has;
        try
        {
            has = await bucket.FindLockAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (place.AllowUnlocked && exception.Code is ErrorCodes.SpaceUnsuitable or ErrorCodes.SpaceDenied)
        {
            has = null;
        }

        if (!place.AllowUnlocked && has is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.SpaceUnlocked, $"'s3://{bucket.Name}' has no Object Lock: whoever may delete there could take anchors away without a trace. None was put to '{folder.Place}'.");
        }

        if (!place.AllowUnlocked && place.RetentionMode is null && has!.DefaultMode is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.SpaceUnlocked, $"'s3://{bucket.Name}' has Object Lock and no default retention, and none was given: nothing would hold anchors. None was put to '{folder.Place}'.");
        }

        return has is null || place.RetentionMode is not { } mode
            ? () => ObjectHold.None
            : () => new ObjectHold(mode == AnchorRetentionMode.Compliance ? "COMPLIANCE" : "GOVERNANCE", time.GetUtcNow() + place.Retention!.Value, Legal: false);
    }

    private static async Task<long?> FindLastAsync(IBucket bucket, AnchorFolder folder, long? told, CancellationToken cancellationToken) =>
        told is { } from && await ListLastAsync(bucket, folder, folder.KeyOf(from - 1), cancellationToken).ConfigureAwait(false) is { } last
            ? last
            : await ListLastAsync(bucket, folder, null, cancellationToken).ConfigureAwait(false);

    private static async Task<long?> ListLastAsync(IBucket bucket, AnchorFolder folder, string? after, CancellationToken cancellationToken)
    {
        long? last = null;
        await foreach (ListedObject one in bucket.ListAsync(folder.Prefix, after, cancellationToken).ConfigureAwait(false))
        {
            last = folder.NumberOf(one.Key) ?? last;
        }

        return last;
    }

    // An anchor is in the store before it is anywhere else, so that the store is asked after the bucket.
    private async Task RequireSameAsync(IBucket bucket, AnchorFolder folder, long number, CancellationToken cancellationToken)
    {
        (Anchor? Anchor, ObjectHold Hold)? there = await AnchorObject.ReadAsync(bucket, folder.KeyOf(number), cancellationToken).ConfigureAwait(false);
        (Anchor? stored, bool isArchived) = await work.ReadAsync(
            async transaction => await AnchorEvents.FindAsync(transaction, number).ConfigureAwait(false) is { } found
                ? (found, false)
                : ((Anchor?)null, await IsArchivedAsync(transaction, number).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        if (there is { } read && !isArchived && (stored is null || stored.Hash != read.Anchor?.Hash))
        {
            throw Other(folder, number);
        }
    }

    private static async Task PutAsync(IBucket bucket, AnchorFolder folder, Anchor anchor, ObjectHold hold, CancellationToken cancellationToken)
    {
        byte[] content = AnchorObject.Write(anchor);
        string key = folder.KeyOf(anchor.Number);
        try
        {
            await bucket.PutAsync(
                new NewObject(key, content.Length, PutCondition.Absent, new ObjectSettings { ContentType = "application/json", Hold = hold }),
                (stream, token) => stream.WriteAsync(content, token).AsTask(),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.OutputExists or ErrorCodes.SpaceUnreachable)
        {
            // Another process put it, or this one did and the answer was lost; and whoever may write there may have put something else.
            (Anchor? Anchor, ObjectHold Hold)? there = await AnchorObject.ReadAsync(bucket, key, cancellationToken).ConfigureAwait(false);
            if (there is not { } read)
            {
                throw;
            }

            if (read.Anchor?.Hash != anchor.Hash)
            {
                throw Other(folder, anchor.Number);
            }
        }
    }

    private Task<IReadOnlyList<Anchor>> ReadAsync(AnchorFolder folder, long first, long last, CancellationToken cancellationToken) => work.ReadAsync(
        async transaction =>
        {
            var anchors = new List<Anchor>();
            for (long number = first; number <= last; number++)
            {
                anchors.Add(await AnchorEvents.FindAsync(transaction, number).ConfigureAwait(false)
                    ?? throw (await IsArchivedAsync(transaction, number).ConfigureAwait(false)
                        ? new TenantEncryptionException(
                            ErrorCodes.EventsArchived,
                            $"'{folder.Place}' lacks anchor {number}, whose event is in an archive.",
                            remedy: "Let anchors go to another prefix from here on; the archive has those that are missing.")
                        : new TenantEncryptionException(ErrorCodes.StoreAltered, $"The store lacks anchor {number}.")));
            }

            return (IReadOnlyList<Anchor>)anchors;
        },
        cancellationToken);

    private static async Task<bool> IsArchivedAsync(IStoreTransaction transaction, long number) =>
        await AnchorEvents.FindSequenceAsync(transaction, number).ConfigureAwait(false) <= (await transaction.Events.ListArchivedAsync().ConfigureAwait(false)).GetValueOrDefault(StoredEvent.StoreChain);

    private static TenantEncryptionException Other(AnchorFolder folder, long number) => new(
        ErrorCodes.StoreRolledBack,
        $"'{folder.AddressOf(number)}' is there, and the store lacks that anchor or has another one.",
        remedy: "If a backup was restored on purpose, leave what is there, which shows what was lost, and let anchors go to another prefix.");
}
