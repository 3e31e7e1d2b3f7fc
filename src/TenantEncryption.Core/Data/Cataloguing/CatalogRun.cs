using System.Collections.Concurrent;
using TenantEncryption.Changes;
using TenantEncryption.Errors;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>One command that brings the catalog up to date, and what it came to know that outlasts a batch. Thread-safe.</summary>
internal sealed class CatalogRun(Operation operation, CatalogUpdateOptions options)
{
    private readonly ConcurrentDictionary<string, bool> _seenElsewhere = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TenantEncryptionException> _refusals = new(StringComparer.Ordinal);
    private long _unchanged;

    public Operation Operation => operation;

    public CatalogUpdateOptions Options => options;

    /// <summary>How many files are as the catalog knows them.</summary>
    public long Unchanged => Interlocked.Read(ref _unchanged);

    public void NoteUnchanged() => Interlocked.Increment(ref _unchanged);

    /// <summary>Takes note of a message that lies where no entry led or followed: its own entry must not go as that of a missing one.</summary>
    public void NoteElsewhere(string messageId) => _seenElsewhere[messageId] = true;

    /// <summary>Whether a message was seen at a path that is not that of its entry.</summary>
    public bool WasSeenElsewhere(string messageId) => _seenElsewhere.ContainsKey(messageId);

    /// <summary>Why a key can't be had, when that was so before: a provider is asked once, and not for each of the files under one key.</summary>
    public TenantEncryptionException? RefusalOf(string? kekId) => kekId is null ? null : _refusals.GetValueOrDefault(kekId);

    /// <summary>Takes note of a provider's refusal to open a key.</summary>
    public void NoteRefusal(string? kekId, TenantEncryptionException refusal)
    {
        // What names no master key is the message's own fault.
        if (kekId is not null && refusal.KeyArn is not null && refusal.Code != ErrorCodes.WrongKey)
        {
            _refusals.TryAdd(kekId, refusal);
        }
    }
}
