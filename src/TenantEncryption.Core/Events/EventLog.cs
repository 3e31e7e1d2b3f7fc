using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>The append-only, authenticated log of every change. An event is written in the transaction of the change that it tells.</summary>
public sealed class EventLog
{
    private const int PageSize = 512;

    private readonly IStore _store;
    private readonly LogKeys _keys;
    private readonly HeadFile _headFile;
    private readonly string _source;
    private readonly string _actor;
    private readonly TimeProvider _time;

    internal EventLog(IStore store, LogKeys keys, HeadFile headFile, string storeId, string actor, TimeProvider time)
    {
        (_store, _keys, _headFile, _actor, _time) = (store, keys, headFile, actor, time);
        _source = $"urn:tenantencryption:store:{storeId}";
    }

    /// <summary>Lists events, oldest first, from a store of any size.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The events.</returns>
    public async IAsyncEnumerable<EncryptionEvent> ListAsync(
        EventFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EventFilter rest = await ReadAsync(transaction => transaction.Events.NarrowAsync(filter), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await ReadPageAsync(rest, cancellationToken).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                yield return EventText.Read(stored);
            }

            if (page.Count < PageSize || filter.Newest is not null)
            {
                yield break;
            }

            rest = rest with { AfterSequence = page[^1].Sequence };
        }
    }

    /// <summary>The types of which there are events.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The types, with their prefixes.</returns>
    public Task<IReadOnlyList<string>> ListTypesAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(transaction => transaction.Events.ListTypesAsync(), cancellationToken);

    /// <summary>The number and MAC of the last record.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The head.</returns>
    public async Task<EventLogHead> GetHeadAsync(CancellationToken cancellationToken = default)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return HeadOf(await transaction.Events.LastAsync().ConfigureAwait(false));
    }

    /// <summary>Verifies every record, their order and number, and that the log still has the heads that were kept outside the store.</summary>
    /// <param name="head">A head that was noted earlier, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <returns>The result; altered records are a result, not an exception.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: the head that was kept outside the store can't be read.</exception>
    public async Task<EventLogTestResult> VerifyAsync(EventLogHead? head = null, CancellationToken cancellationToken = default)
    {
        EventLogHead? kept = FileFailure.Translate(_headFile.Location, "read", _headFile.Read);
        var expected = new List<EventLogHead>();
        expected.AddRange(new[] { head, kept }.OfType<EventLogHead>().Where(known => known.Sequence > 0));

        byte[] previous = EventChain.Start;
        long verified = 0;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await ReadPageAsync(new EventFilter { AfterSequence = verified }, cancellationToken).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                if (stored.Sequence != verified + 1)
                {
                    return Altered(verified, previous, $"Record {verified + 1} is missing.");
                }

                if (!await VerifyAsync(stored, previous, cancellationToken).ConfigureAwait(false))
                {
                    return Altered(verified, previous, $"Record {stored.Sequence} does not verify.");
                }

                previous = stored.Mac;
                verified = stored.Sequence;
                if (expected.Any(known => known.Sequence == stored.Sequence && known.Mac != Hex(stored.Mac)))
                {
                    return Altered(verified - 1, previous, $"Record {stored.Sequence} is not the one whose head was kept outside the store.");
                }
            }

            if (page.Count < PageSize)
            {
                break;
            }
        }

        if (expected.Any(known => known.Sequence > verified))
        {
            return Altered(verified, previous, $"Records after {verified} are missing: a later head was kept outside the store.");
        }

        return new EventLogTestResult
        {
            Code = verified > 0 ? ErrorCodes.Success : ErrorCodes.NothingTested,
            Records = verified,
            Detail = verified > 0 ? null : "The log has no record yet.",
            Head = new EventLogHead(verified, Hex(previous)),
            Excludes = kept is null && head is null
                ? "No record was changed, removed from the middle, inserted or reordered by anyone without the root key. "
                    + "That records were cut off at the end is not excluded: no head was at hand."
                : "No record up to the kept head was changed, removed, inserted or reordered, by anyone without the root key and the kept head. "
                    + "Whoever holds the root key and the kept head can write another log; a head noted elsewhere shows that.",
        };
    }

    internal async Task<EventLogHead> AppendAsync(IStoreTransaction transaction, string type, string? tenantId, JObject data)
    {
        StoredEvent? last = await transaction.Events.LastAsync().ConfigureAwait(false);
        long sequence = (last?.Sequence ?? 0) + 1;
        int keyId = await LogKeys.CurrentIdAsync(transaction.Settings).ConfigureAwait(false);
        var encryptionEvent = new EncryptionEvent
        {
            Id = Guid.NewGuid().ToString("D"),
            Source = _source,
            Type = type,
            Time = _time.GetUtcNow(),
            TenantId = tenantId,
            UserId = _actor,
        };
        string text = EventText.Write(encryptionEvent, data);
        SecretBytes key = await _keys.OpenAsync(transaction.Settings, keyId).ConfigureAwait(false);
        byte[] mac = EventChain.Authenticate(key.Span, last?.Mac ?? EventChain.Start, sequence, keyId, text);
        await transaction.Events.AppendAsync(new StoredEvent(sequence, keyId, text, mac)).ConfigureAwait(false);
        return new EventLogHead(sequence, Hex(mac));
    }

    /// <summary>Whether the log, within a write transaction, still has the record whose head is kept outside the store.</summary>
    internal async Task<bool> FollowsKeptHeadAsync(IStoreTransaction transaction)
    {
        EventLogHead? kept;
        try
        {
            kept = _headFile.Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true; // Keeping the next head fails, too, and is warned of.
        }

        if (kept is null or { Sequence: 0 })
        {
            return true;
        }

        IReadOnlyList<StoredEvent> found = await transaction.Events.ListAsync(new EventFilter { AfterSequence = kept.Sequence - 1 }, 1).ConfigureAwait(false);
        return found is [var one] && one.Sequence == kept.Sequence && Hex(one.Mac) == kept.Mac;
    }

    internal void KeepHead(EventLogHead head) => _headFile.Keep(head);

    private static string Hex(byte[] mac) => Convert.ToHexStringLower(mac);

    private static EventLogHead HeadOf(StoredEvent? last) => last is null ? new EventLogHead(0, Hex(EventChain.Start)) : new EventLogHead(last.Sequence, Hex(last.Mac));

    private static EventLogTestResult Altered(long verified, byte[] lastMac, string detail) => new()
    {
        Code = ErrorCodes.EventLogAltered,
        Records = verified,
        FirstBad = verified + 1,
        Detail = detail,
        Head = new EventLogHead(verified, Hex(lastMac)),
        Excludes = $"Records 1 to {verified} verify; nothing can be said of what follows.",
    };

    private async Task<bool> VerifyAsync(StoredEvent stored, byte[] previousMac, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        try
        {
            SecretBytes key = await _keys.OpenAsync(transaction.Settings, stored.LogKeyId).ConfigureAwait(false);
            byte[] mac = EventChain.Authenticate(key.Span, previousMac, stored.Sequence, stored.LogKeyId, stored.Json);
            return CryptographicOperations.FixedTimeEquals(mac, stored.Mac);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.EventLogAltered or ErrorCodes.WrongKey)
        {
            return false;
        }
    }

    private Task<IReadOnlyList<StoredEvent>> ReadPageAsync(EventFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(transaction => transaction.Events.ListAsync(filter, filter.Newest ?? PageSize), cancellationToken);

    private async Task<T> ReadAsync<T>(Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await read(transaction).ConfigureAwait(false);
    }
}
