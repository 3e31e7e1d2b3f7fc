using System.Collections.Concurrent;
using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// The ends of the chains. A last record is believed when it verifies under a log key that still signs, and when its chain has the head that this machine
/// saw last.
/// </summary>
internal sealed class EventChains(IStore store, LogKeys keys, HeadFiles heads)
{
    private readonly ConcurrentDictionary<string, ChainTip> _known = new(StringComparer.Ordinal);

    // Chains that an administrator accepted as older than what this machine saw, until the event that says so is committed.
    private readonly ConcurrentDictionary<string, bool> _accepted = new(StringComparer.Ordinal);

    /// <summary>The end of a chain.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>STATE_ALTERED</c> (of the store's own chain <c>STORE_ALTERED</c>): the last record does not verify. <c>STORE_ROLLED_BACK</c>: the chain lacks a
    /// record that this machine saw.
    /// </exception>
    public async Task<ChainTip> TipAsync(IStoreTransaction transaction, string chain)
    {
        ChainTip tip = await VerifiedTipAsync(transaction, chain).ConfigureAwait(false);
        EventLogHead? kept = heads.Find(chain);
        if (kept is null || _accepted.ContainsKey(chain) || await HasAsync(transaction, tip.Head, kept).ConfigureAwait(false) || await IsOnlyEarlierAsync(tip.Head, kept).ConfigureAwait(false))
        {
            return tip;
        }

        throw new TenantEncryptionException(
            ErrorCodes.StoreRolledBack,
            $"{Name(chain)} ends at number {tip.Sequence} and lacks the event {kept.Sequence} that this machine saw, or has another in its place.");
    }

    /// <summary>Whether a chain, which ends with a head, has the event of another one: in the store, or in an archive of which the chain tells.</summary>
    public async Task<bool> HasAsync(IStoreTransaction transaction, EventLogHead head, EventLogHead kept)
    {
        if (kept.Sequence >= head.Sequence)
        {
            return kept == head;
        }

        if (kept.Sequence == 0)
        {
            return true;
        }

        return await transaction.Events.FindAsync(head.Chain, kept.Sequence).ConfigureAwait(false) is { } found
            ? EventLogHead.Of(found.Chain, found.Sequence, found.Mac) == kept
            : await FindArchivedAsync(transaction, head.Chain).ConfigureAwait(false) is { } archived
                && (archived.UpTo > kept.Sequence || (archived.UpTo == kept.Sequence && EventLogHead.Of(head.Chain, archived.UpTo, archived.Mac) == kept));
    }

    /// <summary>What a chain tells of the events before those in the store, in an event that verifies; <see langword="null"/> when it tells nothing.</summary>
    public async Task<ArchivePoint?> FindArchivedAsync(IStoreTransaction transaction, string chain) =>
        await transaction.Events.FindLastAsync(chain, EventTypes.EventsArchived).ConfigureAwait(false) is { } stored
        && await MacBeforeAsync(transaction, stored).ConfigureAwait(false) is { } previous
        && await IsAuthenticAsync(transaction, stored, previous).ConfigureAwait(false)
            ? ArchivePoint.Read(stored)
            : null;

    /// <summary>The end of a chain, whatever head this machine keeps.</summary>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>, <c>STORE_ALTERED</c>.</exception>
    public async Task<ChainTip> VerifiedTipAsync(IStoreTransaction transaction, string chain)
    {
        if (await transaction.Events.LastAsync(chain).ConfigureAwait(false) is not { } last)
        {
            return ChainTip.None(chain);
        }

        // What is remembered was verified, whatever the row says by now.
        if (!await keys.SignsAsync(transaction.Settings, last.LogKeyId).ConfigureAwait(false) && !await IsOnlyEarlierAsync(last).ConfigureAwait(false))
        {
            throw Altered(chain, last, "was signed by a root key that is no longer in use");
        }

        if (_known.TryGetValue(chain, out ChainTip? known) && known.Sequence == last.Sequence && CryptographicOperations.FixedTimeEquals(known.Mac, last.Mac))
        {
            return known;
        }

        if (!await IsAuthenticAsync(transaction, last).ConfigureAwait(false))
        {
            throw Altered(chain, last, "does not verify");
        }

        var tip = new ChainTip(chain, last.Sequence, last.Mac, last.LogKeyId, EventText.StateOf(last.Json));
        _known[chain] = tip;
        return tip;
    }

    /// <summary>Whether a record of a chain is one that the log wrote, after the one before it.</summary>
    public async Task<bool> IsAuthenticAsync(IStoreTransaction transaction, StoredEvent stored)
    {
        byte[]? previous = await MacBeforeAsync(transaction, stored).ConfigureAwait(false)
            ?? (await FindArchivedAsync(transaction, stored.Chain).ConfigureAwait(false) is { } archived && archived.UpTo == stored.Sequence - 1 ? archived.Mac : null);
        return previous is not null && await IsAuthenticAsync(transaction, stored, previous).ConfigureAwait(false);
    }

    /// <summary>Appends a record to a chain.</summary>
    /// <param name="transaction">The write transaction.</param>
    /// <param name="tip">The chain's end.</param>
    /// <param name="logKeyId">The log key that signs it: that of the record before, or a newer one when the record tells so.</param>
    /// <param name="text">The record.</param>
    /// <param name="state">The digest of the state that the text carries.</param>
    /// <returns>The chain's new end, once it is committed.</returns>
    public async Task<ChainTip> AppendAsync(IStoreTransaction transaction, ChainTip tip, int logKeyId, string text, string? state)
    {
        long sequence = tip.Sequence + 1;
        SecretBytes key = await keys.OpenAsync(transaction.Settings, logKeyId).ConfigureAwait(false);
        byte[] mac = EventChain.Authenticate(key.Span, tip.Mac, sequence, logKeyId, text);
        await transaction.Events.AppendAsync(new StoredEvent(tip.Chain, sequence, logKeyId, text, mac)).ConfigureAwait(false);
        return new ChainTip(tip.Chain, sequence, mac, logKeyId, state);
    }

    /// <summary>Takes note of a chain's end that was committed, here and outside the store.</summary>
    /// <exception cref="IOException">The head can't be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">The head may not be kept.</exception>
    public void Committed(ChainTip tip)
    {
        _known[tip.Chain] = tip;
        if (_accepted.TryRemove(tip.Chain, out bool _))
        {
            heads.Replace(tip.Head);
        }
        else
        {
            heads.Keep(tip.Head);
        }
    }

    /// <summary>Takes a chain as it is from here on, though this machine saw more of it: its next event, which says so, becomes the head.</summary>
    public void Accept(string chain) => _accepted[chain] = true;

    /// <summary>Goes on asking for what this machine saw of a chain.</summary>
    public void Reject(string chain) => _accepted.TryRemove(chain, out bool _);

    /// <summary>Forgets a chain of which nothing is left.</summary>
    public void Forget(string chain) => heads.Remove(chain);

    private async Task<bool> IsAuthenticAsync(IStoreTransaction transaction, StoredEvent stored, byte[] previous) =>
        EventChain.Verify((await keys.OpenAsync(transaction.Settings, stored.LogKeyId).ConfigureAwait(false)).Span, previous, stored);

    private static async Task<byte[]?> MacBeforeAsync(IStoreTransaction transaction, StoredEvent stored) => stored.Sequence == 1
        ? EventChain.Start(stored.Chain)
        : (await transaction.Events.FindAsync(stored.Chain, stored.Sequence - 1).ConfigureAwait(false))?.Mac;

    private static string Name(string chain) => chain == StoredEvent.StoreChain ? "The store's own chain of events" : $"The chain of events of tenant '{chain}'";

    private static TenantEncryptionException Altered(string chain, StoredEvent last, string fault) => new(
        chain == StoredEvent.StoreChain ? ErrorCodes.StoreAltered : ErrorCodes.StateAltered,
        $"{Name(chain)}: its last event, number {last.Sequence}, {fault}.");

    // A snapshot may be from before what another process has committed since, and kept the head of.
    private Task<bool> IsOnlyEarlierAsync(EventLogHead head, EventLogHead kept) => store.ReadOnceAsync(
        async now => await now.Events.LastAsync(head.Chain).ConfigureAwait(false) is { } last
            && EventLogHead.Of(last.Chain, last.Sequence, last.Mac) is var later
            && await HasAsync(now, later, kept).ConfigureAwait(false)
            && await HasAsync(now, later, head).ConfigureAwait(false),
        CancellationToken.None);

    private Task<bool> IsOnlyEarlierAsync(StoredEvent last) => store.ReadOnceAsync(
        async now => await now.Events.LastAsync(last.Chain).ConfigureAwait(false) is { } later && later.Sequence > last.Sequence
            && (await VerifiedTipAsync(now, last.Chain).ConfigureAwait(false)).Sequence >= later.Sequence
            && await now.Events.FindAsync(last.Chain, last.Sequence).ConfigureAwait(false) is { } same && same.Mac.AsSpan().SequenceEqual(last.Mac),
        CancellationToken.None);
}
