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
    private readonly TimeProvider _time;

    internal AnchorService(UnitOfWork work, EventLog log, AnchorMaker maker, AnchorPublisher publisher, TimeProvider time) =>
        (_work, _log, _maker, _publisher, _time) = (work, log, maker, publisher, time);

    /// <summary>Makes an anchor and puts it where it shall be kept. Nothing was written since the last one: that is given, and put where it is not yet.</summary>
    /// <param name="places">Where anchors are kept outside the store; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: the store's own chain does not verify, or the file has an anchor that the store lacks. <c>INVALID_INPUT</c>,
    /// <c>INVALID_ARN</c>, <c>STORAGE_FAILED</c>, a refusal of KMS: the anchor is made, and is not where it shall be kept; the next call puts it there.
    /// </exception>
    public Task<Anchor> MakeAsync(AnchorPlaces? places = null, CancellationToken cancellationToken = default) =>
        MakeAsync(places ?? new AnchorPlaces(), TimeSpan.Zero, cancellationToken);

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

    /// <summary>The same as <see cref="MakeAsync(AnchorPlaces?, CancellationToken)"/>, where the last anchor is that old.</summary>
    internal async Task<Anchor> MakeAsync(AnchorPlaces places, TimeSpan interval, CancellationToken cancellationToken)
    {
        bool IsYoung(Anchor anchor) => (_time.GetUtcNow() - anchor.Time).Duration() < interval;

        Operation operation = _work.Begin("AnchorService.MakeAsync");
        await using var _ = operation.ConfigureAwait(false);

        while (true)
        {
            // Most often nothing is to be done, for which no writer needs to wait.
            (Anchor? last, AnchorDraft? draft) = await _work.ReadAsync(
                async transaction =>
                {
                    Anchor? found = (await _maker.FindLastAsync(transaction).ConfigureAwait(false))?.Anchor;
                    return (found, found is not null && IsYoung(found) ? null : await _maker.DraftAsync(transaction).ConfigureAwait(false));
                },
                cancellationToken).ConfigureAwait(false);
            if (draft is null)
            {
                return last!;
            }

            if ((draft.IsNew ? await _maker.MakeAsync(operation, draft, cancellationToken).ConfigureAwait(false) : last) is { } anchor)
            {
                await _publisher.PublishAsync(operation, anchor, places, cancellationToken).ConfigureAwait(false);
                return anchor;
            }
        }
    }
}
