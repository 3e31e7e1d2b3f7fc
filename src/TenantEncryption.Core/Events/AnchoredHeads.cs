using TenantEncryption.Anchors;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>The heads of one chain that anchors cover, in their order, page by page, beside the events that are verified.</summary>
internal sealed class AnchoredHeads(IStore store, string chain, AnchorReview.Range? anchors)
{
    private const int PageSize = 1024;

    private readonly Queue<AnchoredHead> _page = new();
    private long _after = -1;
    private bool _ended = anchors is null;

    /// <summary>The next one that was not passed, or <see langword="null"/>.</summary>
    public async ValueTask<AnchoredHead?> PeekAsync(CancellationToken cancellationToken)
    {
        if (_page.Count == 0 && !_ended)
        {
            IReadOnlyList<AnchoredHead> next = await store.ReadAsync(ReadAsync, cancellationToken).ConfigureAwait(false);
            _ended = next.Count == 0;
            foreach (AnchoredHead head in next)
            {
                _after = head.Anchor;
                _ended |= head.Anchor > anchors!.Last;
                if (!_ended)
                {
                    _page.Enqueue(head);
                }
            }
        }

        return _page.Count > 0 ? _page.Peek() : null;
    }

    /// <summary>Passes it.</summary>
    public void Pass() => _page.Dequeue();

    // What the first anchor covers may have changed with one before it.
    private async Task<IReadOnlyList<AnchoredHead>> ReadAsync(IStoreTransaction transaction)
    {
        if (_after < 0)
        {
            _after = await transaction.Anchors.FindAsync(chain, anchors!.First).ConfigureAwait(false) is { } covered ? covered.Anchor - 1 : 0;
        }

        return await transaction.Anchors.ListChainAsync(chain, _after, PageSize).ConfigureAwait(false);
    }
}
