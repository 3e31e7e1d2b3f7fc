using System.Runtime.CompilerServices;
using Newtonsoft.Json.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// The append-only, authenticated log of every change: a chain for each tenant, and one of the store itself. An event is written in the transaction of
/// the change that it tells.
/// </summary>
public sealed class EventLog
{
    private const int PageSize = 512;

    private readonly IStore _store;
    private readonly EventLogVerifier _verifier;
    private readonly string _source;
    private readonly string _actor;
    private readonly TimeProvider _time;

    internal EventLog(IStore store, EventLogVerifier verifier, string storeId, string actor, TimeProvider time)
    {
        (_store, _verifier, _actor, _time) = (store, verifier, actor, time);
        _source = AnchorEvents.SourceOf(storeId);
    }

    /// <summary>Lists events, oldest first, from a store of any size: those of one tenant in the order of their numbers, those of several by time.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The events.</returns>
    public async IAsyncEnumerable<EncryptionEvent> ListAsync(
        EventFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EventPosition? position = null;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await _store.ReadAsync(
                transaction => transaction.Events.ListAsync(filter, position, filter.Newest ?? PageSize), cancellationToken).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                yield return EventText.Read(stored);
            }

            if (page.Count < PageSize || filter.Newest is not null)
            {
                yield break;
            }

            position = EventText.PositionOf(page[^1]);
        }
    }

    /// <summary>Notes where every chain ends now, for following what comes after.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What follows the log from here.</returns>
    public async Task<EventFollower> FollowAsync(CancellationToken cancellationToken = default)
    {
        var follower = new EventFollower(_store);
        await follower.SkipAsync(cancellationToken).ConfigureAwait(false);
        return follower;
    }

    /// <summary>The types of which there are events.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The types, with their prefixes.</returns>
    public Task<IReadOnlyList<string>> ListTypesAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync(transaction => transaction.Events.ListTypesAsync(), cancellationToken);

    /// <summary>The chains whose first events are in archives, with the number of the last one that is.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The numbers by tenant id; that of the store's own chain is under the empty text.</returns>
    public Task<IReadOnlyDictionary<string, long>> ListArchivedAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync(transaction => transaction.Events.ListArchivedAsync(), cancellationToken);

    /// <summary>The head of a chain.</summary>
    /// <param name="tenantId">The tenant whose chain it is; <see langword="null"/> for the store's own.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The head.</returns>
    public async Task<EventLogHead> GetHeadAsync(string? tenantId = null, CancellationToken cancellationToken = default)
    {
        string chain = tenantId ?? StoredEvent.StoreChain;
        StoredEvent? last = await _store.ReadAsync(transaction => transaction.Events.LastAsync(chain), cancellationToken).ConfigureAwait(false);
        return last is null ? ChainTip.None(chain).Head : EventLogHead.Of(chain, last.Sequence, last.Mac);
    }

    /// <summary>The heads of all chains, each with the one that this machine keeps outside the store.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The heads: the store's own first, then those of the tenants by id.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: the heads that are kept outside the store can't be read.</exception>
    public Task<IReadOnlyList<EventLogHeadState>> ListHeadsAsync(CancellationToken cancellationToken = default) => _verifier.ListHeadsAsync(cancellationToken);

    /// <summary>Verifies every event, their order and number, chain by chain, and that each chain still has the heads that were kept outside the store.</summary>
    /// <param name="tenantId">Of this tenant's chain alone; <see langword="null"/> for all.</param>
    /// <param name="noted">Heads that were noted earlier, of any chains; <see langword="null"/> for none.</param>
    /// <param name="anchors">What was kept of anchors outside the store: the log must still have all that they cover; <see langword="null"/> for none.</param>
    /// <param name="archives">Full paths of archives of events, which are verified with the chains that they come from; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <returns>The result; altered events are a result, not an exception.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORAGE_FAILED</c>: a head that was kept outside the store can't be read, or an archive. <c>INVALID_INPUT</c>: a noted head is of another tenant, or
    /// an archive of another store or chain, or none. <c>EVENTS_ARCHIVED</c>: what shall be compared is in an archive that was not given.
    /// </exception>
    public Task<EventLogTestResult> VerifyAsync(
        string? tenantId = null,
        IReadOnlyList<EventLogHead>? noted = null,
        IReadOnlyList<AnchorEvidence>? anchors = null,
        IReadOnlyList<string>? archives = null,
        CancellationToken cancellationToken = default) => _verifier.VerifyAsync(tenantId, noted ?? [], anchors ?? [], archives ?? [], cancellationToken);

    /// <summary>The text of a new event.</summary>
    internal string Write(string type, string? tenantId, DateTimeOffset time, string state, JObject data) => EventText.Write(
        new EncryptionEvent
        {
            Id = Guid.NewGuid().ToString("D"),
            Source = _source,
            Type = type,
            Time = time,
            TenantId = tenantId,
            UserId = _actor,
            StateDigest = state,
        },
        data);

    internal DateTimeOffset Now() => _time.GetUtcNow();
}
