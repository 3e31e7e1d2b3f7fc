using TenantEncryption.Envelope;

namespace TenantEncryption.Data;

/// <summary>How to protect.</summary>
public sealed record ProtectOptions
{
    /// <summary>What applies where the caller gives none.</summary>
    public static ProtectOptions Default { get; } = new();

    /// <summary>Pairs to authenticate with the message. They are stored in it readable: the context is public.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContext { get; init; }

    /// <summary>The length of a frame in bytes; the writer's default when not given.</summary>
    public int? FrameLength { get; init => field = value is int length ? Batch.CheckedFrameLength(length) : null; }

    /// <summary>How many frames or files are worked on at the same time; 0 stands for the number of processors.</summary>
    public int DegreeOfParallelism { get; init => field = Batch.CheckedDegree(value); }

    /// <summary>Whether an existing output is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether a file whose output exists is passed over, whatever the output is; excludes <see cref="Force"/>.</summary>
    public bool SkipExisting { get; init; }

    /// <summary>Whether the input is removed when the output is durable and was verified by reading it again.</summary>
    public bool RemoveSource { get; init; }
}
