using System.Runtime.CompilerServices;
using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>
/// Reads the anchors of a store that lie in a bucket, in their order, in memory that does not grow with their number. Who may write the bucket may have put
/// something over an anchor, or a delete marker, or have deleted one that no retention held: each is a fault, and not passed over.
/// </summary>
internal sealed class AnchorFolderReader(IBucket bucket, AnchorFolder folder, TimeProvider time)
{
    // A minute a year are 525,600 objects, each of which takes some 20 ms.
    private const int AtOnce = 16;

    /// <summary>Reads them.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchors; after a fault none.</returns>
    /// <exception cref="TenantEncryptionException">The bucket can't be listed or read.</exception>
    public async IAsyncEnumerable<KeptAnchor> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reads = new Queue<Task<KeptAnchor>>();
        IAsyncEnumerator<Versions> names = ListAsync(folder.Prefix, stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            Anchor? before = null;
            bool more = true;
            while (true)
            {
                while (more && reads.Count < AtOnce)
                {
                    more = await names.MoveNextAsync().ConfigureAwait(false);
                    if (more)
                    {
                        reads.Enqueue(ReadAsync(names.Current, stop.Token));
                    }
                }

                if (reads.Count == 0)
                {
                    yield break;
                }

                KeptAnchor next = Follow(before, await reads.Dequeue().ConfigureAwait(false));
                yield return next;
                if (next.Fault is not null)
                {
                    yield break;
                }

                before = next.Anchor;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(reads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await names.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads one.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor, or what is wrong.</returns>
    /// <exception cref="TenantEncryptionException">The bucket can't be listed or read.</exception>
    public async Task<KeptAnchor> FindAsync(long number, CancellationToken cancellationToken)
    {
        await foreach (Versions one in ListAsync(folder.KeyOf(number), cancellationToken).ConfigureAwait(false))
        {
            return await ReadAsync(one, cancellationToken).ConfigureAwait(false);
        }

        return KeptAnchor.Failed($"'{folder.Place}' has no anchor {number} of store {folder.StoreId}.");
    }

    private KeptAnchor Follow(Anchor? before, KeptAnchor next) => next.Anchor is not { } anchor || before is null ? next
        : anchor.Number != before.Number + 1 ? KeptAnchor.Failed($"'{folder.Place}' lacks anchor {before.Number + 1}, and has anchor {anchor.Number}.")
        : anchor.Previous != before.Hash ? KeptAnchor.Failed($"'{folder.Place}' was altered: anchor {anchor.Number} does not follow anchor {before.Number}.")
        : next;

    private async Task<KeptAnchor> ReadAsync(Versions one, CancellationToken cancellationToken)
    {
        string address = folder.AddressOf(one.Number);
        if (one.IsDeleted)
        {
            return KeptAnchor.Failed($"'{address}' was deleted: a delete marker hides it.");
        }

        if (one.Count > 1)
        {
            return KeptAnchor.Failed($"'{address}' has {one.Count} versions: something was put over the anchor.");
        }

        return await AnchorObject.ReadAsync(bucket, one.Key, cancellationToken).ConfigureAwait(false) is not { } read
            ? KeptAnchor.Failed($"'{address}' was deleted while it was to be read.")
            : read.Anchor is not { } anchor || anchor.Number != one.Number || anchor.StoreId != folder.StoreId
                ? KeptAnchor.Failed($"'{address}' is not the anchor of that store and number, or was altered.")
                : new KeptAnchor(anchor, read.Hold.Holds(time.GetUtcNow()));
    }

    // The versions of one key are beside each other, the latest first.
    private async IAsyncEnumerable<Versions> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Versions? last = null;
        await foreach (ListedObject one in bucket.ListVersionsAsync(prefix, withMarkers: true, cancellationToken).ConfigureAwait(false))
        {
            if (folder.NumberOf(one.Key) is not { } number)
            {
                continue;
            }

            if (last?.Key == one.Key)
            {
                last = last with { Count = last.Count + 1, IsDeleted = last.IsDeleted || one.IsMarker };
                continue;
            }

            if (last is not null)
            {
                yield return last;
            }

            last = new Versions(one.Key, number, 1, one.IsMarker);
        }

        if (last is not null)
        {
            yield return last;
        }
    }

    private sealed record Versions(string Key, long Number, int Count, bool IsDeleted);
}
