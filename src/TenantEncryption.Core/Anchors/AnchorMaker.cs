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

    /// <summary>Whether nothing was written since an anchor, of which its own events alone tell.</summary>
    public static async Task<bool> IsCurrentAsync(IStoreTransaction transaction, Anchor anchor, StoredEvent stored)
    {
        if (!await IsOnlyPublishedAsync(transaction, stored).ConfigureAwait(false))
        {
            return false;
        }

        Dictionary<string, AnchoredHead> before = await BeforeAsync(transaction, anchor.Number).ConfigureAwait(false);
        IReadOnlyList<StoredEvent> ends = await transaction.Events.ListLastAsync(null, int.MaxValue).ConfigureAwait(false);
        return ends.Count == before.Count
            && ends.All(end => end.Chain == StoredEvent.StoreChain || (before.TryGetValue(end.Chain, out AnchoredHead? head) && Is(head, end)));
    }

    /// <summary>Makes the next anchor.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isEnough">Asked of the last anchor in the transaction.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The anchor; <see langword="null"/> where the last one is enough, which another process may have made just now.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: the store's own chain does not verify.</exception>
    public Task<Anchor?> MakeAsync(Operation operation, Func<Anchor, bool> isEnough, CancellationToken cancellationToken) => work.ChangeAsync(
        operation,
        async change =>
        {
            (Anchor Anchor, StoredEvent Event)? last = await FindLastAsync(change.Store).ConfigureAwait(false);
            return last is { } found && isEnough(found.Anchor) ? null : await MakeAsync(change, last).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<Anchor?> MakeAsync(Change change, (Anchor Anchor, StoredEvent Event)? last)
    {
        long number = (last?.Anchor.Number ?? 0) + 1;
        string? previous = last?.Anchor.Hash;
        (IReadOnlyList<AnchoredHead> heads, IReadOnlyList<AnchoredHead> changed) = await HeadsAsync(change.Store, number).ConfigureAwait(false);
        if (last is { } found && changed.All(head => head.Chain == StoredEvent.StoreChain) && await IsOnlyPublishedAsync(change.Store, found.Event).ConfigureAwait(false))
        {
            return null;
        }

        string root = new HeadTree(heads).Root;
        await change.Store.Anchors.AddAsync(changed).ConfigureAwait(false);
        DateTimeOffset time = change.Record(EventTypes.AnchorMade, null, AnchorEvents.DataOf(number, heads.Count, root, previous));
        return new Anchor { StoreId = storeId, Number = number, Time = time, Chains = heads.Count, Root = root, Previous = previous };
    }

    // An anchor's own events are no reason for another one.
    private static async Task<bool> IsOnlyPublishedAsync(IStoreTransaction transaction, StoredEvent stored)
    {
        const int Most = 64;
        IReadOnlyList<StoredEvent> since = await transaction.Events.ListChainAsync(StoredEvent.StoreChain, stored.Sequence, Most).ConfigureAwait(false);
        return since.Count < Most && since.All(one => EventText.TypeOf(one.Json).EndsWith("." + EventTypes.AnchorPublished, StringComparison.Ordinal));
    }

    private static async Task<Dictionary<string, AnchoredHead>> BeforeAsync(IStoreTransaction transaction, long number) =>
        (await transaction.Anchors.ListAsync(number).ConfigureAwait(false)).ToDictionary(head => head.Chain, StringComparer.Ordinal);

    private static bool Is(AnchoredHead head, StoredEvent end) => head.Sequence == end.Sequence && head.Mac.AsSpan().SequenceEqual(end.Mac);

    private async Task<(IReadOnlyList<AnchoredHead> Heads, IReadOnlyList<AnchoredHead> Changed)> HeadsAsync(IStoreTransaction transaction, long number)
    {
        Dictionary<string, AnchoredHead> before = await BeforeAsync(transaction, number - 1).ConfigureAwait(false);
        var heads = new List<AnchoredHead>();
        var changed = new List<AnchoredHead>();
        foreach (StoredEvent end in await transaction.Events.ListLastAsync(null, int.MaxValue).ConfigureAwait(false))
        {
            before.Remove(end.Chain, out AnchoredHead? was);
            if (was is not null && Is(was, end))
            {
                heads.Add(was);
            }
            else if (await HeadAsync(transaction, end.Chain, number, was).ConfigureAwait(false) is { } head)
            {
                heads.Add(head);
                if (head != was)
                {
                    changed.Add(head);
                }
            }
        }

        foreach (AnchoredHead lost in before.Values)
        {
            Warn(lost.Chain, $"the store lacks its event {lost.Sequence}");
            heads.Add(lost);
        }

        return (heads, changed);
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

    private void Warn(string chain, string fault) => work.Warn(
        $"{(chain == StoredEvent.StoreChain ? "The store's own chain" : $"The chain of tenant '{chain}'")} is anchored as it was with the anchor before: {fault}.");
}
