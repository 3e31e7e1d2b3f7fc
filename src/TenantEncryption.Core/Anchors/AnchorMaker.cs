using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>Makes anchors: each in one transaction with its event, over the heads as they are then.</summary>
internal sealed class AnchorMaker(UnitOfWork work, EventChains chains, string storeId)
{
    /// <summary>The last anchor, with its event, which verifies.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>: it does not.</exception>
    public async Task<(Anchor Anchor, StoredEvent Event)?> FindLastAsync(IStoreTransaction transaction)
    {
        (Anchor Anchor, StoredEvent Event)? last = await AnchorEvents.FindLastAsync(transaction).ConfigureAwait(false);
        return last is not { } found || await chains.IsAuthenticAsync(transaction, found.Event).ConfigureAwait(false)
            ? last
            : throw new TenantEncryptionException(ErrorCodes.StoreAltered, $"The event of the last anchor, number {found.Event.Sequence} of the store's own chain, does not verify.");
    }

    /// <summary>
    /// Looks at the heads of the tenants' chains for the next anchor. It is done in a snapshot before the anchor is written, so that no writer waits for it: what
    /// a tenant writes in between, the anchor after that covers.
    /// </summary>
    public async Task<AnchorDraft> DraftAsync(IStoreTransaction transaction)
    {
        (Anchor Anchor, StoredEvent Event)? last = await FindLastAsync(transaction).ConfigureAwait(false);
        long number = (last?.Anchor.Number ?? 0) + 1;
        var before = (await transaction.Anchors.ListAsync(number - 1).ConfigureAwait(false)).ToDictionary(head => head.Chain, StringComparer.Ordinal);
        before.Remove(StoredEvent.StoreChain);
        var heads = new List<AnchoredHead>();
        foreach (StoredEvent end in await transaction.Events.ListLastAsync(StoredEvent.StoreChain, int.MaxValue).ConfigureAwait(false))
        {
            before.Remove(end.Chain, out AnchoredHead? was);
            if (was is not null && was.Sequence == end.Sequence && was.Mac.AsSpan().SequenceEqual(end.Mac))
            {
                heads.Add(was);
            }
            else if (await HeadAsync(transaction, end.Chain, number, was).ConfigureAwait(false) is { } head)
            {
                heads.Add(head);
            }
        }

        foreach (AnchoredHead lost in before.Values)
        {
            Warn(lost.Chain, $"the store lacks its event {lost.Sequence}");
            heads.Add(lost);
        }

        bool isNew = last is not { } found || heads.Exists(head => head.Anchor == number) || !await IsOnlyPublishedAsync(transaction, found.Event).ConfigureAwait(false);
        return new AnchorDraft(last?.Anchor, number, heads, isNew);
    }

    /// <summary>Makes the next anchor.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="draft">The heads of the tenants' chains.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor; <see langword="null"/> where another process made the one of this number.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: the store's own chain does not verify.</exception>
    public Task<Anchor?> MakeAsync(Operation operation, AnchorDraft draft, CancellationToken cancellationToken) => work.ChangeAsync(
        operation,
        StoreScope.Store,
        async change =>
        {
            (Anchor Anchor, StoredEvent Event)? last = await FindLastAsync(change.Store).ConfigureAwait(false);
            if (last?.Anchor.Hash != draft.Last?.Hash)
            {
                return null;
            }

            // The anchor's event follows this head, and is found by it.
            AnchoredHead own = (await HeadAsync(change.Store, StoredEvent.StoreChain, draft.Number, null).ConfigureAwait(false))!;
            AnchoredHead[] heads = [own, .. draft.Heads];
            string root = new HeadTree(heads).Root;
            await change.Store.Anchors.AddAsync([.. heads.Where(head => head.Anchor == draft.Number)]).ConfigureAwait(false);
            await AnchorTurn.NoteAsync(change.Store, draft.Number).ConfigureAwait(false);
            DateTimeOffset time = change.Record(EventTypes.AnchorMade, null, AnchorEvents.DataOf(draft.Number, heads.Length, root, draft.Last?.Hash));
            return new Anchor { StoreId = storeId, Number = draft.Number, Time = time, Chains = heads.Length, Root = root, Previous = draft.Last?.Hash };
        },
        cancellationToken);

    // An anchor's own events are no reason for another one.
    private static async Task<bool> IsOnlyPublishedAsync(IStoreTransaction transaction, StoredEvent stored)
    {
        const int Most = 64;
        IReadOnlyList<StoredEvent> since = await transaction.Events.ListChainAsync(StoredEvent.StoreChain, stored.Sequence, Most).ConfigureAwait(false);
        return since.Count < Most && since.All(one => EventText.TypeOf(one.Json).EndsWith("." + EventTypes.AnchorPublished, StringComparison.Ordinal));
    }

    // What does not verify, or lacks what was anchored, must not pass for what was there: the anchor goes on to say what was, and the others are anchored.
    private async Task<AnchoredHead?> HeadAsync(IStoreTransaction transaction, string chain, long number, AnchoredHead? was)
    {
        ChainTip tip;
        try
        {
            tip = await chains.TipAsync(transaction, chain).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (chain != StoredEvent.StoreChain && exception.Code is ErrorCodes.StateAltered or ErrorCodes.StoreRolledBack)
        {
            Warn(chain, $"{exception.Code}: {exception.Message}");
            return was;
        }

        if (was is not null
            && !await chains.HasAsync(transaction, tip.Head, EventLogHead.Of(chain, was.Sequence, was.Mac)).ConfigureAwait(false)
            && !await IsAcceptedAsync(transaction, was).ConfigureAwait(false))
        {
            Warn(chain, $"the store lacks its event {was.Sequence}");
            return was;
        }

        return new AnchoredHead(chain, number, tip.Sequence, tip.Mac);
    }

    // An administrator said that the chain is older, in an event of the chain that who writes the store can't make.
    private async Task<bool> IsAcceptedAsync(IStoreTransaction transaction, AnchoredHead was) =>
        await transaction.Events.FindLastAsync(was.Chain, EventTypes.RollbackAccepted).ConfigureAwait(false) is { } accepted
        && EventText.Read(accepted).Data.GetValueOrDefault("sawAt") is long saw && saw >= was.Sequence
        && await chains.IsAuthenticAsync(transaction, accepted).ConfigureAwait(false);

    private void Warn(string chain, string fault) => work.Warn($"The chain of tenant '{chain}' is anchored as it was with the anchor before: {fault}.");
}
