using System.Collections.Concurrent;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// Remembers for a short time that KMS gave no answer, so that not every call waits for its time limits: one try in thirty seconds finds out
/// whether it is back. What is remembered is of one region, endpoint and identity, and of this process.
/// </summary>
internal sealed class RegionCircuits(TimeProvider time)
{
    /// <summary>How long an unanswered region is left alone.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<KmsConnection, long> _openedAt = new();

    /// <summary>Whether a region may be tried now. Of several callers at the end of the pause, one may.</summary>
    public bool TryEnter(KmsConnection connection) =>
        !_openedAt.TryGetValue(connection, out long openedAt)
        || (time.GetElapsedTime(openedAt) >= Pause && _openedAt.TryUpdate(connection, time.GetTimestamp(), openedAt));

    /// <summary>Says that a region gave no answer.</summary>
    public void Open(KmsConnection connection) => _openedAt[connection] = time.GetTimestamp();

    /// <summary>Says that a region answered.</summary>
    public void Close(KmsConnection connection) => _openedAt.TryRemove(connection, out _);
}
