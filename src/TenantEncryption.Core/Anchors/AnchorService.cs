using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Platforms;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>
/// Anchors of the event log: the Merkle root over the heads of all chains, in a chain of anchors, kept in the store and where who writes the store can't.
/// <see cref="EventLog.VerifyAsync"/> compares the store with them.
/// </summary>
public sealed class AnchorService
{
    private readonly UnitOfWork _work;
    private readonly AnchorMaker _maker;
    private readonly AnchorPublisher _publisher;
    private readonly EventLog _log;
    private readonly AnchorPlaces? _scheduled;
    private readonly TimeProvider _time;

    internal AnchorService(UnitOfWork work, EventLog log, AnchorMaker maker, AnchorPublisher publisher, AnchorPlaces? scheduled, TimeProvider time) =>
        (_work, _log, _maker, _publisher, _scheduled, _time) = (work, log, maker, publisher, scheduled, time);

    /// <summary>Makes an anchor and puts it where it shall be kept. Nothing was written since the last one: that is given, and put where it is not yet.</summary>
    /// <param name="places">Where anchors are kept outside the store; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: the store's own chain does not verify, or file or bucket has an anchor that the store lacks. <c>INVALID_INPUT</c>,
    /// <c>INVALID_ARN</c>, <c>STORAGE_FAILED</c>, <c>SPACE_UNLOCKED</c>, the codes of buckets, a refusal of KMS: the anchor is made, and is not where it shall be kept; the
    /// next call puts it there.
    /// </exception>
    public Task<Anchor> MakeAsync(AnchorPlaces? places = null, CancellationToken cancellationToken = default) => MakeAsync(places, TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// The same where the last anchor is that old, by the store's own clock: of several processes on a store, whichever comes first when one is due makes it. One that is
    /// younger is given as it is; it is put where it shall be kept only where those before it are missing there, too.
    /// </summary>
    /// <param name="places">Where anchors are kept outside the store; <see langword="null"/> for nowhere.</param>
    /// <param name="interval">How old the last anchor is when the next one is made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="TenantEncryptionException">As of <see cref="MakeAsync(AnchorPlaces?, CancellationToken)"/>.</exception>
    public async Task<Anchor> MakeAsync(AnchorPlaces? places, TimeSpan interval, CancellationToken cancellationToken = default)
    {
        places?.Bucket?.Check();
        AnchorLook look = await LookAsync(interval, cancellationToken).ConfigureAwait(false);
        if (places is not null)
        {
            await PublishAsync(look, places, cancellationToken).ConfigureAwait(false);
        }

        return look.Last;
    }

    /// <summary>Lists how far anchors went to each bucket and key, as the store tells it.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The places, in ordinal order; those of this service's schedule also when none went there yet.</returns>
    public Task<IReadOnlyList<AnchorPublication>> ListPublicationsAsync(CancellationToken cancellationToken = default) => _work.ReadAsync(
        async transaction =>
        {
            long last = (await AnchorEvents.FindLastAsync(transaction).ConfigureAwait(false))?.Anchor.Number ?? 0;
            IReadOnlyDictionary<string, (long Number, DateTimeOffset Time)> told = await AnchorPublications.ListAsync(transaction).ConfigureAwait(false);
            string[] scheduled = [.. _scheduled?.Told ?? []];
            return (IReadOnlyList<AnchorPublication>)[.. told.Keys.Union(scheduled, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(place =>
                told.TryGetValue(place, out (long Number, DateTimeOffset Time) one)
                    ? new AnchorPublication(place, one.Number, one.Time, Math.Max(0, last - one.Number), scheduled.Contains(place, StringComparer.Ordinal))
                    : new AnchorPublication(place, 0, null, last, IsScheduled: true))];
        },
        cancellationToken);

    /// <summary>Lists the anchors that the store tells, oldest first.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The anchors. Whether they are what was made, <see cref="EventLog.VerifyAsync"/> tells.</returns>
    public async IAsyncEnumerable<Anchor> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string type = $"{PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!.EventPrefix}.{EventTypes.AnchorMade}";
        await foreach (EncryptionEvent told in _log.ListAsync(new EventFilter { Types = [type] }, cancellationToken).ConfigureAwait(false))
        {
            if (AnchorEvents.Read(told) is { } anchor)
            {
                yield return anchor;
            }
        }
    }

    /// <summary>Proves that an anchor covers the head of a tenant's chain.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="number">The anchor; <see langword="null"/> for the last one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The proof, which is verified without the store.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>; <c>ANCHOR_NOT_FOUND</c>: there is no such anchor, or it was made before the tenant; <c>STORE_ALTERED</c>: what the store keeps
    /// for the anchor is not what was anchored.
    /// </exception>
    public Task<AnchorProof> ProveAsync(string tenantId, long? number = null, CancellationToken cancellationToken = default) => _work.ReadAsync(
        async transaction =>
        {
            await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            Anchor anchor = (number is { } wanted
                    ? await AnchorEvents.FindAsync(transaction, wanted).ConfigureAwait(false)
                    : (await _maker.FindLastAsync(transaction).ConfigureAwait(false))?.Anchor)
                ?? throw new TenantEncryptionException(ErrorCodes.AnchorNotFound, number is null ? "The store has no anchor yet." : $"There is no anchor {number}.");
            var tree = new HeadTree(await transaction.Anchors.ListAsync(anchor.Number).ConfigureAwait(false));
            if (tree.Root != anchor.Root)
            {
                throw new TenantEncryptionException(ErrorCodes.StoreAltered, $"The heads that the store keeps for anchor {anchor.Number} are not those that were anchored.");
            }

            (AnchoredHead head, int index, IReadOnlyList<byte[]> path) = tree.Find(tenantId)
                ?? throw new TenantEncryptionException(ErrorCodes.AnchorNotFound, $"Anchor {anchor.Number} was made before tenant '{tenantId}'.");
            return new AnchorProof
            {
                Anchor = anchor,
                TenantId = tenantId,
                Sequence = head.Sequence,
                Mac = Convert.ToHexStringLower(head.Mac),
                Index = index,
                AuditPath = [.. path.Select(node => Convert.ToHexStringLower(node))],
            };
        },
        cancellationToken);

    /// <summary>Looks at the last anchor, and makes the next one where that is due and something was written since.</summary>
    internal async Task<AnchorLook> LookAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        Operation operation = _work.Begin("AnchorService.MakeAsync");
        await using var _ = operation.ConfigureAwait(false);

        while (true)
        {
            // Most often nothing is to be done, for which no writer needs to wait.
            (Anchor? last, TimeSpan age, AnchorDraft? draft) = await _work.ReadAsync(
                async transaction =>
                {
                    if ((await _maker.FindLastAsync(transaction).ConfigureAwait(false))?.Anchor is not { } found)
                    {
                        return ((Anchor?)null, TimeSpan.MaxValue, await _maker.DraftAsync(transaction).ConfigureAwait(false));
                    }

                    TimeSpan age = await AnchorTurn.AgeAsync(transaction, found, _time).ConfigureAwait(false);
                    return (found, age, age < interval ? null : await _maker.DraftAsync(transaction).ConfigureAwait(false));
                },
                cancellationToken).ConfigureAwait(false);
            if (draft is null || !draft.IsNew)
            {
                return new AnchorLook(last!, draft is null ? interval - age : interval, IsDue: draft is not null);
            }

            if (await _maker.MakeAsync(operation, draft, cancellationToken).ConfigureAwait(false) is { } anchor)
            {
                return new AnchorLook(anchor, interval, IsDue: true);
            }
        }
    }

    /// <summary>Puts the anchor of a look where it shall be kept, where that is this process's to do: it was due, or the one before it is not there either.</summary>
    internal async Task PublishAsync(AnchorLook look, AnchorPlaces places, CancellationToken cancellationToken)
    {
        if (look.IsDue || await _publisher.IsBehindAsync(look.Last, places, cancellationToken).ConfigureAwait(false))
        {
            Operation operation = _work.Begin("AnchorService.PublishAsync");
            await using var _ = operation.ConfigureAwait(false);
            await _publisher.PublishAsync(operation, look.Last, places, cancellationToken).ConfigureAwait(false);
        }
    }
}
