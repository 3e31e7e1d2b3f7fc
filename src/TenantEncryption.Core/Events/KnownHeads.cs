using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>What is known of a chain from outside it, compared with its events as they come: heads that were kept or noted, and those that anchors cover.</summary>
internal sealed class KnownHeads(IStore store, string chain, IEnumerable<EventLogHead> kept, IEnumerable<EventLogHead> noted, AnchorReview.Range? anchors)
{
    private readonly ILookup<long, EventLogHead> _heads = kept.Concat(noted).Where(head => head.Sequence > 0).ToLookup(head => head.Sequence);
    private readonly EventLogHead[] _noted = [.. noted.Where(head => head.Sequence > 0)];
    private readonly AnchoredHeads _anchored = new(store, chain, anchors);
    private readonly List<(long First, long Last)> _passed = [];
    private AnchoredHead? _missed;

    /// <summary>Compares an event that verified. Events may come again, and some may be left out.</summary>
    /// <returns>What is wrong, in a sentence, or <see langword="null"/>.</returns>
    public ValueTask<string?> CompareAsync(StoredEvent stored, CancellationToken cancellationToken) => CompareAsync(stored.Sequence, stored.Mac, cancellationToken);

    /// <summary>The same of an event of which nothing but number and MAC is there.</summary>
    public async ValueTask<string?> CompareAsync(long sequence, byte[] mac, CancellationToken cancellationToken)
    {
        var head = EventLogHead.Of(chain, sequence, mac);
        if (_heads[sequence].Any(known => known != head))
        {
            return $"event {sequence} is not the one whose head was kept outside the store.";
        }

        bool isNext = _passed.Count > 0 && _passed[^1].Last == sequence - 1;
        if (_passed.Count > 0 && sequence <= _passed[^1].Last)
        {
            return null;
        }

        while (await _anchored.PeekAsync(cancellationToken).ConfigureAwait(false) is { } covered && covered.Sequence <= sequence)
        {
            if (covered.Sequence < sequence && !isNext)
            {
                _missed = covered;
            }
            else if (covered.Sequence < sequence || !covered.Mac.AsSpan().SequenceEqual(mac))
            {
                return $"event {covered.Sequence} is not the one that anchor {covered.Anchor} covers.";
            }
            else
            {
                // Its MAC is over all before it.
                _missed = null;
            }

            _anchored.Pass();
        }

        if (isNext)
        {
            _passed[^1] = (_passed[^1].First, sequence);
        }
        else
        {
            _passed.Add((sequence, sequence));
        }

        return null;
    }

    /// <summary>What is known of later events than there are.</summary>
    /// <returns>What is wrong, in a sentence, or <see langword="null"/>.</returns>
    public async ValueTask<string?> EndAsync(long last, CancellationToken cancellationToken) =>
        _heads.Any(known => known.Key > last) ? $"events after {last} are missing: a later head was kept outside the store."
        : await _anchored.PeekAsync(cancellationToken).ConfigureAwait(false) is { } later ? $"events after {last} are missing: anchor {later.Anchor} covers event {later.Sequence}."
        : null;

    /// <summary>Refuses to say yes about what was asked and could not be compared, as it is in an archive.</summary>
    /// <exception cref="TenantEncryptionException"><c>EVENTS_ARCHIVED</c>.</exception>
    public void RequireCompared()
    {
        long? asked = _noted.Select(head => head.Sequence).FirstOrDefault(sequence => !_passed.Any(range => sequence >= range.First && sequence <= range.Last)) is > 0 and var noted
            ? noted
            : _missed?.Sequence;
        if (asked is { } sequence)
        {
            throw new TenantEncryptionException(
                ErrorCodes.EventsArchived,
                $"Event {sequence} {(chain == StoredEvent.StoreChain ? "of the store's own chain" : $"of tenant '{chain}'")}, which was to be compared, is in an archive.");
        }
    }
}
