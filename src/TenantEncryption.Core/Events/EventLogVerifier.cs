using System.Globalization;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>Verifies the chains of events.</summary>
internal sealed class EventLogVerifier(IStore store, EventChains chains, ChainVerifier verifier, HeadFiles heads, AnchorReview anchors, string storeId)
{
    /// <summary>Verifies all chains, or one.</summary>
    public async Task<EventLogTestResult> VerifyAsync(
        string? tenantId, IReadOnlyList<EventLogHead> noted, IReadOnlyList<AnchorEvidence> evidence, IReadOnlyList<string> archivePaths, CancellationToken cancellationToken)
    {
        if (tenantId is not null && noted.FirstOrDefault(head => head.TenantId != tenantId) is { } other)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The head {other} is not one of the chain of tenant '{tenantId}'.");
        }

        ILookup<string, EventArchive> archives = Open(tenantId, archivePaths).ToLookup(archive => archive.Chain, StringComparer.Ordinal);
        EventLogHead[] kept = [.. FileFailure.Translate(heads.Location, "read", heads.List).Where(known => known.Sequence > 0 && (tenantId is null || known.TenantId == tenantId))];
        AnchorReview.Outcome? anchored = evidence.Count == 0 ? null : await anchors.ReviewAsync(evidence, cancellationToken).ConfigureAwait(false);
        IReadOnlyCollection<string> chainsToTest = tenantId is not null
            ? [tenantId]
            : await ChainsAsync([.. kept.Concat(noted).Where(known => known.Sequence > 0).Select(known => known.Chain), .. archives.Select(one => one.Key)], anchored?.Anchors, cancellationToken)
                .ConfigureAwait(false);
        long records = 0;
        long notAtHand = 0;
        int tested = 0;
        EventLogHead? single = null;
        foreach (string chain in chainsToTest)
        {
            var known = new KnownHeads(store, chain, kept.Where(head => head.Chain == chain), noted.Where(head => head.Chain == chain), anchored?.Anchors);
            ChainVerifier.Outcome outcome = await verifier.VerifyAsync(chain, [.. archives[chain]], known, cancellationToken).ConfigureAwait(false);
            records += outcome.Records;
            notAtHand += outcome.NotAtHand;
            tested++;
            single = EventLogHead.Of(chain, outcome.Walk.Verified, outcome.Walk.Mac);
            if (outcome.Fault is not null)
            {
                return Altered(single, records, tested, outcome.Fault);
            }
        }

        if (anchored?.Fault is { } notAnchored)
        {
            return new EventLogTestResult
            {
                Code = ErrorCodes.EventLogAltered,
                Records = records,
                Chains = tested,
                Detail = $"The anchors: {notAnchored}",
                Excludes = "Each chain verifies as far as it goes; whether that is as far as it went when the anchors were made, nothing can be said of.",
            };
        }

        return new EventLogTestResult
        {
            Code = records > 0 ? ErrorCodes.Success : ErrorCodes.NothingTested,
            Records = records,
            Chains = tested,
            Archived = notAtHand,
            Anchors = anchored?.Count ?? 0,
            Detail = records > 0 ? null : "The log has no event yet.",
            Head = tenantId is null ? null : single,
            Excludes = Excludes(kept.Length > 0 || noted.Any(head => head.Sequence > 0), anchored?.Anchors, notAtHand) + ExcludesOfBuckets(anchored?.Unheld ?? []),
        };
    }

    private static string Excludes(bool hasHeads, AnchorReview.Range? anchors, long notAtHand)
    {
        string byHeads = hasHeads
            ? "No event up to the kept heads was changed, removed, inserted or reordered, by anyone without the root key and the kept heads."
            : "No event was changed, removed from the middle, inserted or reordered by anyone without the root key.";
        string byAnchor = anchors is null
            ? hasHeads
                ? " Whoever holds the root key and the kept heads can write another log; a head noted elsewhere shows that."
                : " That events were cut off at the end is not excluded: no head was at hand."
            : string.Create(
                CultureInfo.InvariantCulture,
                $" Up to anchor {anchors.Last}{(anchors.Time is { } time ? $" of {time.UtcDateTime:u}" : "")} nobody did, with whatever keys, who can't write where that anchor was kept too; what came later it does not cover.");
        string byArchives = notAtHand == 0 ? "" : $" {Counted.Of(notAtHand, "event")} in archives that were not given {(notAtHand == 1 ? "was" : "were")} not looked at.";
        return byHeads + byAnchor + byArchives;
    }

    private static string ExcludesOfBuckets(IReadOnlyCollection<string> unheld) => unheld.Count == 0
        ? ""
        : $" Whoever may delete in {string.Join(" and ", unheld.Select(place => $"'{place}'"))} can have taken later anchors away: no Object Lock holds the last one that is there, as far as is shown here (s3:GetObjectRetention).";

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
                    states.Add(new EventLogHeadState(head, seen?.Sequence, seen is not null && !await chains.HasAsync(transaction, head, seen).ConfigureAwait(false)));
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

    private List<EventArchive> Open(string? tenantId, IReadOnlyList<string> paths)
    {
        var archives = new List<EventArchive>();
        foreach (string path in paths)
        {
            var archive = EventArchive.Open(path);
            if (archive.StoreId != storeId || (tenantId is not null && archive.Chain != tenantId))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.InvalidInput, $"'{path}' is an archive of {(archive.StoreId != storeId ? $"another store, {archive.StoreId}" : "another chain")}.");
            }

            archives.Add(archive);
        }

        return archives;
    }

    // A chain of which nothing is left but a head is one that was cut off whole.
    private Task<IReadOnlyCollection<string>> ChainsAsync(IReadOnlyList<string> known, AnchorReview.Range? range, CancellationToken cancellationToken) => store.ReadAsync(
        async transaction =>
        {
            IReadOnlyList<StoredEvent> last = await transaction.Events.ListLastAsync(null, int.MaxValue).ConfigureAwait(false);
            IReadOnlyList<AnchoredHead> anchored = range is null ? [] : await transaction.Anchors.ListAsync(range.Last).ConfigureAwait(false);
            return (IReadOnlyCollection<string>)new SortedSet<string>(
                last.Select(one => one.Chain).Concat(known).Concat(anchored.Select(head => head.Chain)), StringComparer.Ordinal);
        },
        cancellationToken);
}
