using TenantEncryption.Envelope;

namespace TenantEncryption.Data;

/// <summary>How to unprotect or verify.</summary>
public sealed record UnprotectOptions
{
    /// <summary>What applies where the caller gives none.</summary>
    public static UnprotectOptions Default { get; } = new();

    /// <summary>The tenant whose data it must be; the one that the message names when not given.</summary>
    public string? TenantId { get; init; }

    /// <summary>Pairs that the message must be bound to, stored in it or not (the SDKs' required encryption context).</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContext { get; init; }

    /// <summary>Whether to read messages without key commitment.</summary>
    public bool AllowNonCommitting { get; init; }

    /// <summary>How large the parts of a message may be.</summary>
    public MessageLimits Limits { get; init; } = MessageLimits.Default;

    /// <summary>Whether a file that is not the message that the catalog knows at its path is an error instead of a warning.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether an existing output is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether a file whose output exists is passed over, whatever the output is; excludes <see cref="Force"/>.</summary>
    public bool SkipExisting { get; init; }

    /// <summary>How many frames are worked on at the same time; 0 stands for the number of processors.</summary>
    public int DegreeOfParallelism { get; init => field = Batch.CheckedDegree(value); }

    /// <summary>
    /// A keyring of the caller's that is asked first, such as a raw AES key. With one, no tenant need be known. It is asked by several threads at once
    /// when several files are read, and what it throws fails the one message for which it was asked: KEYRING_FAILED (see docs/keyrings.md).
    /// </summary>
    public IKeyring? Keyring { get; init; }

    /// <summary>Whether <see cref="Keyring"/> is asked alone, where one is given, and no key of the tenant's.</summary>
    public bool KeyringOnly { get; init; }
}
