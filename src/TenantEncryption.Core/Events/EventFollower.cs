using System.Runtime.CompilerServices;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>Follows the log: gives each event that comes after what was there once, chain by chain in the order of their numbers.</summary>
public sealed class EventFollower
{
    private const int PageSize = 512;

    private readonly IStore _store;
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    internal EventFollower(IStore store) => _store = store;

    /// <summary>Whether an event was there before, or was given already.</summary>
    /// <param name="encryptionEvent">The event.</param>
    /// <returns>Whether it was.</returns>
    public bool HasSeen(EncryptionEvent encryptionEvent) =>
        encryptionEvent.Sequence <= _seen.GetValueOrDefault(encryptionEvent.TenantId ?? StoredEvent.StoreChain);

    /// <summary>The events that came since.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The events.</returns>
    public async IAsyncEnumerable<EncryptionEvent> NextAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (StoredEvent last in await ListLastAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_seen.GetValueOrDefault(last.Chain) is var seen && seen < last.Sequence)
            {
                IReadOnlyList<StoredEvent> page = await _store.ReadAsync(
                    transaction => transaction.Events.ListChainAsync(last.Chain, seen, PageSize), cancellationToken).ConfigureAwait(false);
                foreach (StoredEvent stored in page)
                {
                    _seen[stored.Chain] = stored.Sequence;
                    yield return EventText.Read(stored);
                }

                if (page.Count == 0)
                {
                    break;
                }
            }
        }
    }

    internal async Task SkipAsync(CancellationToken cancellationToken)
    {
        foreach (StoredEvent last in await ListLastAsync(cancellationToken).ConfigureAwait(false))
        {
            _seen[last.Chain] = last.Sequence;
        }
    }

    private Task<IReadOnlyList<StoredEvent>> ListLastAsync(CancellationToken cancellationToken) =>
        _store.ReadAsync(transaction => transaction.Events.ListLastAsync(null, int.MaxValue), cancellationToken);
}
