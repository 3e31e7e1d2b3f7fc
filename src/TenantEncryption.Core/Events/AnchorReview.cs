using TenantEncryption.Anchors;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// Compares what was kept of anchors with those that the store tells: each follows the one before, and its root is that of the heads which the store kept
/// for it. Whether the chains still have these heads, the test of the chains tells, to which it gives them.
/// </summary>
internal sealed class AnchorReview(IStore store, EventChains chains, string storeId, Func<string, IBucket> openBucket, TimeProvider time)
{
    /// <summary>Compares them.</summary>
    /// <param name="evidence">What was kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came of it.</returns>
    public async Task<Outcome> ReviewAsync(IReadOnlyList<AnchorEvidence> evidence, CancellationToken cancellationToken)
    {
        if (evidence.Select(one => one.Fault).FirstOrDefault(fault => fault is not null) is { } altered)
        {
            return Outcome.Failed(altered);
        }

        var kept = new SortedDictionary<long, AnchorMark>();
        foreach ((AnchorEvidence from, AnchorMark mark) in evidence.SelectMany(one => one.Marks.Select(mark => (one, mark))))
        {
            if (mark.StoreId is not null && mark.StoreId != storeId)
            {
                return Outcome.Failed($"{from.Source} has the anchor {mark.Number} of another store, {mark.StoreId}.");
            }

            if (!kept.TryAdd(mark.Number, mark) && kept[mark.Number].Root != mark.Root)
            {
                return Outcome.Failed($"anchor {mark.Number} was given with two roots.");
            }
        }

        AnchorFolder[] folders = [.. evidence.Select(one => one.Address).OfType<string>().Select(address => AnchorFolder.Of(address, storeId)).Distinct()];
        if (kept.Count == 0 && folders.Length == 0)
        {
            return Outcome.Failed("no anchor was given.");
        }

        KeptAnchors all = await KeptAnchors.BeginAsync(
            kept, [.. folders.Select(folder => (folder, new AnchorFolderReader(openBucket(folder.Bucket), folder, time)))], cancellationToken).ConfigureAwait(false);
        await using (all.ConfigureAwait(false))
        {
            return all.Fault is { } fault ? Outcome.Failed(fault) : await WalkAsync(all, cancellationToken).ConfigureAwait(false);
        }
    }

    // One look at the heads of the first, and then at what changed with each.
    private async Task<Outcome> WalkAsync(KeptAnchors kept, CancellationToken cancellationToken)
    {
        long first = kept.Next!.Value;
        long last = first;
        int count = 0;
        HeadTree? tree = null;
        string? hashBefore = null;
        DateTimeOffset? lastTime = null;
        long archivedUpTo = (await store.ReadAsync(transaction => chains.FindArchivedAsync(transaction, StoredEvent.StoreChain), cancellationToken).ConfigureAwait(false))?.UpTo ?? 0;
        for (long number = first; kept.Next is not null; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (Anchor? anchor, IReadOnlyList<AnchoredHead> heads, bool isArchived) = await store.ReadAsync(
                async transaction => (
                    await AnchorEvents.FindAsync(transaction, number).ConfigureAwait(false),
                    tree is null ? await transaction.Anchors.ListAsync(number).ConfigureAwait(false) : await transaction.Anchors.ListChangedAsync(number).ConfigureAwait(false),
                    archivedUpTo > 0 && await AnchorEvents.FindSequenceAsync(transaction, number).ConfigureAwait(false) <= archivedUpTo),
                cancellationToken).ConfigureAwait(false);
            if (anchor is null && !isArchived)
            {
                return Outcome.Failed($"the store lacks anchor {number}{await LastAsync(cancellationToken).ConfigureAwait(false)}.");
            }

            // Of an anchor whose event is in an archive, the heads are there, and the hash in the anchor after it.
            IReadOnlyList<AnchorMark> marks = await kept.TakeAsync(number).ConfigureAwait(false);
            if (marks.Select(one => one.Root).Distinct(StringComparer.Ordinal).Skip(1).Any())
            {
                return Outcome.Failed($"anchor {number} was given with two roots.");
            }

            if (anchor is not null && !marks.All(one => one.Fits(anchor)))
            {
                return Outcome.Failed($"the store has another anchor {number} than the one that was kept.");
            }

            AnchorMark? mark = marks.FirstOrDefault(one => one.Hash is not null) ?? (marks.Count > 0 ? marks[0] : null);
            count += mark is null ? 0 : 1;

            if (anchor is not null && hashBefore is not null && anchor.Previous != hashBefore)
            {
                return Outcome.Failed($"anchor {number} does not follow anchor {number - 1}.");
            }

            if (tree is null)
            {
                tree = new HeadTree(heads);
            }
            else
            {
                foreach (AnchoredHead head in heads)
                {
                    tree.Put(head);
                }
            }

            if ((anchor?.Root ?? mark?.Root ?? tree.Root) != tree.Root || (anchor is not null && tree.Count != anchor.Chains))
            {
                return Outcome.Failed($"the heads that the store keeps for anchor {number} are not those that were anchored.");
            }

            hashBefore = anchor?.Hash ?? mark?.Hash;
            (last, lastTime) = (number, anchor?.Time);
            if (kept.Fault is { } fault)
            {
                return Outcome.Failed(fault);
            }
        }

        return new Outcome(null, new Range(first, last, lastTime), count, kept.Unheld);
    }

    private async Task<string> LastAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync(AnchorEvents.FindLastAsync, cancellationToken).ConfigureAwait(false) is { } last ? $"; its last one is anchor {last.Anchor.Number}" : " and has none";

    /// <summary>What came of it.</summary>
    /// <param name="Fault">What is wrong, in a sentence; <see langword="null"/> when nothing is.</param>
    /// <param name="Anchors">The anchors whose heads the chains must have; <see langword="null"/> when something is wrong.</param>
    /// <param name="Count">How many anchors of those that were kept fit.</param>
    /// <param name="Unheld">The buckets whose last anchor could be deleted now, as far as that can be seen.</param>
    internal sealed record Outcome(string? Fault, Range? Anchors, int Count, IReadOnlyCollection<string> Unheld)
    {
        public static Outcome Failed(string fault) => new(fault, null, 0, []);
    }

    /// <summary>Anchors from one to another.</summary>
    /// <param name="First">The first one's number.</param>
    /// <param name="Last">The last one's.</param>
    /// <param name="Time">When the last one was made, where that is at hand.</param>
    internal sealed record Range(long First, long Last, DateTimeOffset? Time);
}
