namespace TenantEncryption.Envelope;

/// <summary>What a reader accepts, and what it asks its caller on the way.</summary>
public sealed record MessageReaderOptions
{
    /// <summary>What applies where the caller gives none.</summary>
    public static MessageReaderOptions Default { get; } = new();

    /// <summary>How large the parts of the message may be.</summary>
    public MessageLimits Limits { get; init; } = MessageLimits.Default;

    /// <summary>
    /// Whether to read messages without key commitment, which a malicious writer can make open to different plaintexts under
    /// different keys. Off, as in the SDKs' default commitment policy: NOT_COMMITTING.
    /// </summary>
    public bool AllowNonCommitting { get; init; }

    /// <summary>
    /// Pairs that the message must be bound to. One that the header stores must have the same value there; one that it does not store
    /// is authenticated without being stored (the SDKs' required encryption context).
    /// </summary>
    public EncryptionContext RequiredEncryptionContext { get; init; } = EncryptionContext.Empty;

    /// <summary>How many batches of frames are decrypted at the same time at most; 0 stands for the number of processors.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: a negative number.</exception>
    public int DegreeOfParallelism { get; init => field = Batch.CheckedDegree(value); }

    /// <summary>Called with the header, not authenticated yet, before any key is asked for: an exception ends the read.</summary>
    public Func<MessageHeader, ValueTask>? OnHeader { get; init; }

    /// <summary>
    /// Called before each batch of frames is decrypted, possibly by several threads at once: the caller's lease guard. An exception ends the read.
    /// </summary>
    public Func<CancellationToken, ValueTask>? BeforeFrames { get; init; }
}
