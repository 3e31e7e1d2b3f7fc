namespace TenantEncryption.Envelope;

/// <summary>How a message is written.</summary>
public sealed record MessageWriterOptions
{
    /// <summary>The frame length that applies where the caller gives none: 256 KiB.</summary>
    public const int DefaultFrameLength = 256 << 10;

    /// <summary>What applies where the caller gives none.</summary>
    public static MessageWriterOptions Default { get; } = new();

    /// <summary>The length of a frame's content, in bytes, 1 to 64 MiB. One frame is one AES-GCM call and is held in memory whole.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: another length.</exception>
    public int FrameLength { get; init => field = Batch.CheckedFrameLength(value); } = DefaultFrameLength;

    /// <summary>How many frames are encrypted at the same time at most; 0 stands for the number of processors.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: a negative number.</exception>
    public int DegreeOfParallelism { get; init => field = Batch.CheckedDegree(value); }

    /// <summary>Called before each batch of frames is encrypted, possibly by several threads at once; an exception ends the write.</summary>
    public Func<CancellationToken, ValueTask>? BeforeFrames { get; init; }

    /// <summary>The greatest number of frames: a sequence number has four bytes (message-body.md). Less in tests.</summary>
    internal long MaxFrames { get; init; } = uint.MaxValue;
}
