using System.Globalization;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>Verifies chains event by event, in pages, so that a log of any size needs the same memory.</summary>
internal sealed class EventLogVerifier(IStore store, LogKeys keys, HeadFiles heads, AnchorReview anchors)
{
    private const int PageSize = 4096;

    /// <summary>Verifies all chains, or one.</summary>
    public async Task<EventLogTestResult> VerifyAsync(
        string? tenantId, IReadOnlyList<EventLogHead> noted, IReadOnlyList<AnchorEvidence> evidence, CancellationToken cancellationToken)
    {
        if (tenantId is not null && noted.FirstOrDefault(head => head.TenantId != tenantId) is { } other)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The head {other} is not one of the chain of tenant '{tenantId}'.");
        }

        IReadOnlyList<EventLogHead> kept = FileFailure.Translate(heads.Location, "read", heads.List);
        EventLogHead[] expected = [.. kept.Concat(noted).Where(known => known.Sequence > 0 && (tenantId is null || known.TenantId == tenantId))];
        ILookup<string, EventLogHead> expectedOf = expected.ToLookup(known => known.Chain, StringComparer.Ordinal);
        AnchorReview.Outcome? anchored = evidence.Count == 0 ? null : await anchors.ReviewAsync(evidence, cancellationToken).ConfigureAwait(false);
        long records = 0;
        int chains = 0;
        EventLogHead? single = null;
        foreach (string chain in tenantId is null ? await ChainsAsync(expectedOf, anchored?.Anchors, cancellationToken).ConfigureAwait(false) : [tenantId])
        {
            (long verified, byte[] mac, string? fault) = await VerifyChainAsync(
                chain, [.. expectedOf[chain]], new AnchoredHeads(store, chain, anchored?.Anchors), cancellationToken).ConfigureAwait(false);
            records += verified;
            chains++;
            single = EventLogHead.Of(chain, verified, mac);
            if (fault is not null)
            {
                return Altered(single, records, chains, fault);
            }
        }

        if (anchored?.Fault is { } notAnchored)
        {
            return new EventLogTestResult
            {
                Code = ErrorCodes.EventLogAltered,
                Records = records,
                Chains = chains,
                Detail = $"The anchors: {notAnchored}",
                Excludes = "Each chain verifies as far as it goes; whether that is as far as it went when the anchors were made, nothing can be said of.",
            };
        }

        return new EventLogTestResult
        {
            Code = records > 0 ? ErrorCodes.Success : ErrorCodes.NothingTested,
            Records = records,
            Chains = chains,
            Anchors = anchored?.Count ?? 0,
            Detail = records > 0 ? null : "The log has no event yet.",
            Head = tenantId is null ? null : single,
            Excludes = Excludes(expected.Length > 0, anchored?.Anchors?.Last),
        };
    }

    private static string Excludes(bool hasHeads, Anchor? anchor)
    {
        string byHeads = hasHeads
            ? "No event up to the kept heads was changed, removed, inserted or reordered, by anyone without the root key and the kept heads."
            : "No event was changed, removed from the middle, inserted or reordered by anyone without the root key.";
        string byAnchor = anchor is null
            ? hasHeads
                ? " Whoever holds the root key and the kept heads can write another log; a head noted elsewhere shows that."
                : " That events were cut off at the end is not excluded: no head was at hand."
            : string.Create(
                CultureInfo.InvariantCulture,
                $" Up to anchor {anchor.Number} of {anchor.Time.UtcDateTime:u} nobody did, with whatever keys, who can't write where that anchor was kept too; what came later it does not cover.");
        return byHeads + byAnchor;
    }

    /// <summary>The heads of all chains, beside those that this machine keeps.</summary>
    public async Task<IReadOnlyList<EventLogHeadState>> ListHeadsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, EventLogHead> kept = FileFailure.Translate(heads.Location, "read", heads.List).ToDictionary(head => head.Chain, StringComparer.Ordinal);
        return await store.ReadAsync(
            async transaction =>
            {
                var states = new List<EventLogHeadState>();
                foreach (StoredEvent last in await transaction.Events.ListLastAsync(null, int.MaxValue).ConfigureAwait(false))
                {
                    EventLogHead head = EventLogHead.Of(last.Chain, last.Sequence, last.Mac);
                    kept.Remove(last.Chain, out EventLogHead? seen);
                    states.Add(new EventLogHeadState(head, seen?.Sequence, seen is not null && !await EventChains.HasAsync(transaction, head, seen).ConfigureAwait(false)));
                }

                states.AddRange(kept.Values.Where(lost => lost.Sequence > 0).Select(lost => new EventLogHeadState(ChainTip.None(lost.Chain).Head, lost.Sequence, true)));
                return (IReadOnlyList<EventLogHeadState>)states.OrderBy(state => state.Head.Chain, StringComparer.Ordinal).ToArray();
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static EventLogTestResult Altered(EventLogHead verified, long records, int chains, string fault) => new()
    {
        Code = ErrorCodes.EventLogAltered,
        TenantId = verified.TenantId,
        Records = records,
        Chains = chains,
        FirstBad = verified.Sequence + 1,
        Detail = $"{(verified.TenantId is { } tenant ? $"Tenant '{tenant}'" : "The store's own chain")}: {fault}",
        Head = verified,
        Excludes = $"Events 1 to {verified.Sequence} of that chain verify; nothing can be said of what follows, and of the chains after it.",
    };

    // A chain of which nothing is left but a head is one that was cut off whole.
    private Task<IReadOnlyCollection<string>> ChainsAsync(ILookup<string, EventLogHead> expected, AnchorReview.Range? range, CancellationToken cancellationToken) => store.ReadAsync(
        async transaction =>
        {
            IReadOnlyList<StoredEvent> last = await transaction.Events.ListLastAsync(null, int.MaxValue).ConfigureAwait(false);
            IReadOnlyList<AnchoredHead> anchored = range is null ? [] : await transaction.Anchors.ListAsync(range.Last.Number).ConfigureAwait(false);
            return (IReadOnlyCollection<string>)new SortedSet<string>(
                last.Select(one => one.Chain).Concat(expected.Select(known => known.Key)).Concat(anchored.Select(head => head.Chain)), StringComparer.Ordinal);
        },
        cancellationToken);

    private async Task<(long Verified, byte[] Mac, string? Fault)> VerifyChainAsync(
        string chain, EventLogHead[] expected, AnchoredHeads anchored, CancellationToken cancellationToken)
    {
        byte[] previous = EventChain.Start(chain);
        long verified = 0;
        int logKeyId = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<StoredEvent> page = await store.ReadAsync(
                transaction => transaction.Events.ListChainAsync(chain, verified, PageSize), cancellationToken).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                if (stored.Sequence != verified + 1)
                {
                    return (verified, previous, $"event {verified + 1} is missing.");
                }

                if (FaultOfKey(stored, logKeyId) is { } fault)
                {
                    return (verified, previous, fault);
                }

                if (!await IsAuthenticAsync(stored, previous, cancellationToken).ConfigureAwait(false))
                {
                    return (verified, previous, $"event {stored.Sequence} does not verify.");
                }

                var head = EventLogHead.Of(chain, stored.Sequence, stored.Mac);
                if (expected.Any(known => known.Sequence == stored.Sequence && known != head))
                {
                    return (verified, previous, $"event {stored.Sequence} is not the one whose head was kept outside the store.");
                }

                while (await anchored.PeekAsync(cancellationToken).ConfigureAwait(false) is { } covered && covered.Sequence <= stored.Sequence)
                {
                    if (covered.Sequence < stored.Sequence || !covered.Mac.AsSpan().SequenceEqual(stored.Mac))
                    {
                        return (verified, previous, $"event {covered.Sequence} is not the one that anchor {covered.Anchor} covers.");
                    }

                    anchored.Pass();
                }

                (previous, verified, logKeyId) = (stored.Mac, stored.Sequence, stored.LogKeyId);
            }

            if (page.Count < PageSize)
            {
                break;
            }
        }

        string? cut = expected.Any(known => known.Sequence > verified) ? $"events after {verified} are missing: a later head was kept outside the store."
            : await anchored.PeekAsync(cancellationToken).ConfigureAwait(false) is { } later ? $"events after {verified} are missing: anchor {later.Anchor} covers event {later.Sequence}."
            : null;
        return (verified, previous, cut);
    }

    // Who learned an old root key must not sign after it was rotated away.
    private static string? FaultOfKey(StoredEvent stored, int before) =>
        stored.LogKeyId < before ? $"event {stored.Sequence} is signed by log key {stored.LogKeyId}, which log key {before} replaced."
        : before > 0 && stored.LogKeyId > before && EventText.TypeOf(stored.Json) is var type && !type.EndsWith("." + EventTypes.RootRotated, StringComparison.Ordinal)
            ? $"event {stored.Sequence} is signed by log key {stored.LogKeyId}, and tells of no rotation of the root key."
        : null;

    private async ValueTask<bool> IsAuthenticAsync(StoredEvent stored, byte[] previousMac, CancellationToken cancellationToken)
    {
        try
        {
            SecretBytes key = keys.FindOpened(stored.LogKeyId)
                ?? await store.ReadAsync(transaction => keys.OpenAsync(transaction.Settings, stored.LogKeyId), cancellationToken).ConfigureAwait(false);
            return EventChain.Verify(key.Span, previousMac, stored);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.EventLogAltered or ErrorCodes.WrongKey or ErrorCodes.RootKeyMismatch)
        {
            return false;
        }
    }
}
