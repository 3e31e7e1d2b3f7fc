using System.Runtime.CompilerServices;
using TenantEncryption.Integrity;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// Verifies one chain, event by event: those in archives that are at hand, and those in the store. A chain in the store begins later than with its first
/// event only where one of its own events, which verifies, tells that those before are in an archive.
/// </summary>
internal sealed class ChainVerifier(IStore store, LogKeys keys)
{
    private const int PageSize = 4096;

    /// <summary>Verifies it.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="archives">Its archives that are at hand.</param>
    /// <param name="known">What is known of it from outside.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came of it.</returns>
    public async Task<Outcome> VerifyAsync(string chain, IReadOnlyList<EventArchive> archives, KnownHeads known, CancellationToken cancellationToken)
    {
        var read = new List<(EventArchive Archive, ChainWalk Walk)>();
        long records = 0;
        foreach (EventArchive archive in archives.OrderBy(archive => archive.First).ThenBy(archive => archive.Last))
        {
            var along = new ChainWalk(store, keys, archive.First - 1, archive.MacBefore, 0);
            string? fault = await PassAllAsync(along, archive.ReadAsync(cancellationToken), known, cancellationToken).ConfigureAwait(false) ?? archive.Fault;
            records += along.Count;
            if (fault is not null)
            {
                return new Outcome(records, archive.First - 1, along, $"{fault} That is in the archive '{archive.Path}'.");
            }

            read.Add((archive, along));
        }

        // What tells where the chain begins was read before the walk: it is believed when the walk came by the same.
        (ChainWalk walk, ArchivePoint? before, string? faultOfStart) = await BeginAsync(chain, cancellationToken).ConfigureAwait(false);
        string? wrong = faultOfStart
            ?? (before is null ? null : await known.CompareAsync(before.UpTo, before.Mac, cancellationToken).ConfigureAwait(false))
            ?? await PassAllAsync(walk, PagesAsync(chain, walk.Verified, cancellationToken), known, cancellationToken).ConfigureAwait(false)
            ?? (before is null || walk.Archives.Any(told => told.UpTo == before.UpTo && told.Mac.AsSpan().SequenceEqual(before.Mac)) ? null : $"event {before.UpTo} is missing.")
            ?? await known.EndAsync(walk.Verified, cancellationToken).ConfigureAwait(false);
        if (wrong is null)
        {
            ArchivePoint[] told = [.. read.SelectMany(one => one.Walk.Archives), .. walk.Archives];
            foreach ((EventArchive archive, ChainWalk along) in read)
            {
                wrong ??= await FaultOfPlaceAsync(archive, along, told, cancellationToken).ConfigureAwait(false);
            }
        }

        if (wrong is null)
        {
            known.RequireCompared();
        }

        return new Outcome(records + walk.Count, NotAtHand(archives, before?.UpTo ?? 0), walk, wrong);
    }

    /// <summary>Where a chain begins in the store.</summary>
    /// <returns>A walk from there; what tells of the events before, if something does; what is wrong with the beginning.</returns>
    public async Task<(ChainWalk Walk, ArchivePoint? Before, string? Fault)> BeginAsync(string chain, CancellationToken cancellationToken)
    {
        var fromStart = new ChainWalk(store, keys, 0, EventChain.Start(chain), 0);
        (StoredEvent? first, StoredEvent? told) = await store.ReadAsync(
            async transaction => await transaction.Events.ListChainAsync(chain, 0, 1).ConfigureAwait(false) is [{ Sequence: > 1 } later]
                ? (later, await transaction.Events.FindLastAsync(chain, EventTypes.EventsArchived).ConfigureAwait(false))
                : ((StoredEvent?)null, (StoredEvent?)null),
            cancellationToken).ConfigureAwait(false);
        if (first is null)
        {
            return (fromStart, null, null);
        }

        // Whether it is authentic, and the first event follows it, the walk tells.
        return told is not null && ArchivePoint.Read(told) is { } point && point.UpTo < first.Sequence
            ? (new ChainWalk(store, keys, point.UpTo, point.Mac, point.LogKeyId), point, null)
            : (fromStart, null, "event 1 is missing.");
    }

    /// <summary>The events of a chain in the store, in pages, so that a log of any size needs the same memory.</summary>
    public async IAsyncEnumerable<StoredEvent> PagesAsync(string chain, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await store.ReadAsync(
                transaction => transaction.Events.ListChainAsync(chain, after, PageSize), cancellationToken).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                yield return stored;
                after = stored.Sequence;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    private static async Task<string?> PassAllAsync(ChainWalk walk, IAsyncEnumerable<StoredEvent> events, KnownHeads known, CancellationToken cancellationToken)
    {
        await foreach (StoredEvent stored in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            string? fault = await walk.FindFaultAsync(stored, cancellationToken).ConfigureAwait(false) ?? await known.CompareAsync(stored, cancellationToken).ConfigureAwait(false);
            if (fault is not null)
            {
                return fault;
            }

            walk.Pass(stored);
        }

        return null;
    }

    // An archive follows the start of the chain or another archive, and its end is told by the chain, or in the store still.
    private async Task<string?> FaultOfPlaceAsync(EventArchive archive, ChainWalk along, ArchivePoint[] told, CancellationToken cancellationToken)
    {
        bool follows = archive.First == 1
            ? archive.MacBefore.AsSpan().SequenceEqual(EventChain.Start(archive.Chain))
            : told.Any(point => point.UpTo == archive.First - 1 && point.Mac.AsSpan().SequenceEqual(archive.MacBefore));
        if (!follows)
        {
            return $"the archive '{archive.Path}' does not follow event {archive.First - 1} of the chain.";
        }

        if (told.FirstOrDefault(point => point.UpTo == archive.Last) is { } end)
        {
            return !end.Mac.AsSpan().SequenceEqual(along.Mac) ? $"the archive '{archive.Path}' does not end with event {archive.Last} of the chain."
                : end.First == archive.First && end.Hash != await archive.HashAsync(cancellationToken).ConfigureAwait(false) ? $"the archive '{archive.Path}' is not the file that was written."
                : null;
        }

        StoredEvent? there = await store.ReadAsync(transaction => transaction.Events.FindAsync(archive.Chain, archive.Last), cancellationToken).ConfigureAwait(false);
        return there is not null && there.Mac.AsSpan().SequenceEqual(along.Mac) ? null : $"the chain tells of no archive up to event {archive.Last}, as '{archive.Path}' is.";
    }

    // How many events that left the store are in no archive that is at hand.
    private static long NotAtHand(IReadOnlyList<EventArchive> archives, long upTo)
    {
        long covered = 0;
        long end = 0;
        foreach (EventArchive archive in archives.OrderBy(archive => archive.First))
        {
            long from = Math.Max(archive.First, end + 1);
            long to = Math.Min(archive.Last, upTo);
            covered += Math.Max(0, to - from + 1);
            end = Math.Max(end, to);
        }

        return upTo - covered;
    }

    /// <summary>What came of it.</summary>
    /// <param name="Records">How many events verified.</param>
    /// <param name="NotAtHand">How many are in archives that are not at hand.</param>
    /// <param name="Walk">How far the walk came.</param>
    /// <param name="Fault">What is wrong, in a sentence, or <see langword="null"/>.</param>
    internal sealed record Outcome(long Records, long NotAtHand, ChainWalk Walk, string? Fault);
}
