using TenantEncryption.Errors;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>A walk along a chain that verifies each event as it comes.</summary>
/// <param name="store">The store, which keeps the log keys.</param>
/// <param name="keys">The log keys.</param>
/// <param name="after">The number after which it begins.</param>
/// <param name="mac">The MAC of the event of that number.</param>
/// <param name="logKeyId">The log key that signed it; 0 when that is not known.</param>
internal sealed class ChainWalk(IStore store, LogKeys keys, long after, byte[] mac, int logKeyId)
{
    private int _logKeyId = logKeyId;

    /// <summary>The number of the last event that verified.</summary>
    public long Verified { get; private set; } = after;

    /// <summary>Its MAC.</summary>
    public byte[] Mac { get; private set; } = mac;

    /// <summary>The log key that signed it.</summary>
    public int LogKeyId => _logKeyId;

    /// <summary>How many events verified.</summary>
    public long Count { get; private set; }

    /// <summary>What events that verified tell of archives.</summary>
    public List<ArchivePoint> Archives { get; } = [];

    /// <summary>Verifies the next event.</summary>
    /// <returns>What is wrong with it, in a sentence; <see langword="null"/> when it verifies.</returns>
    public async ValueTask<string?> FindFaultAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        if (stored.Sequence != Verified + 1)
        {
            return $"event {Verified + 1} is missing.";
        }

        if (FaultOfKey(stored) is { } fault)
        {
            return fault;
        }

        return await IsAuthenticAsync(stored, cancellationToken).ConfigureAwait(false) ? null : $"event {stored.Sequence} does not verify.";
    }

    /// <summary>Passes it.</summary>
    public void Pass(StoredEvent stored)
    {
        if (ArchivePoint.Read(stored) is { } archived)
        {
            Archives.Add(archived);
        }

        Count++;
        (Mac, Verified, _logKeyId) = (stored.Mac, stored.Sequence, stored.LogKeyId);
    }

    // Who learned an old root key must not sign after it was rotated away.
    private string? FaultOfKey(StoredEvent stored) =>
        stored.LogKeyId < _logKeyId ? $"event {stored.Sequence} is signed by log key {stored.LogKeyId}, which log key {_logKeyId} replaced."
        : _logKeyId > 0 && stored.LogKeyId > _logKeyId && EventText.TypeOf(stored.Json) is var type && !type.EndsWith("." + EventTypes.RootRotated, StringComparison.Ordinal)
            ? $"event {stored.Sequence} is signed by log key {stored.LogKeyId}, and tells of no rotation of the root key."
        : null;

    private async ValueTask<bool> IsAuthenticAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        try
        {
            SecretBytes key = keys.FindOpened(stored.LogKeyId)
                ?? await store.ReadAsync(transaction => keys.OpenAsync(transaction.Settings, stored.LogKeyId), cancellationToken).ConfigureAwait(false);
            return EventChain.Verify(key.Span, Mac, stored);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.EventLogAltered or ErrorCodes.WrongKey or ErrorCodes.RootKeyMismatch)
        {
            return false;
        }
    }
}
