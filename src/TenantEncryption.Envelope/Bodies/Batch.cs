using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>How many frames are worked on in one go, and on how many threads: small frames are batched, large ones bounded.</summary>
internal static class Batch
{
    /// <summary>The sealed length that a batch aims at, in bytes: what it reads and writes stays in a core's cache.</summary>
    public const int TargetLength = 256 << 10;

    /// <summary>What all buffers of one message take at most, in bytes, as long as two fit.</summary>
    private const long MemoryBudget = 128 << 20;

    /// <summary>How many frames make a batch.</summary>
    public static int Frames(int frameLength) => Math.Max(1, TargetLength / (frameLength + Envelope.Frames.RegularOverhead));

    /// <summary>A degree of parallelism that makes sense.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: it is negative.</exception>
    public static int CheckedDegree(int degreeOfParallelism) => degreeOfParallelism >= 0
        ? degreeOfParallelism
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"A degree of parallelism is 1 or more, or 0 for the number of processors; {degreeOfParallelism} was given.");

    /// <summary>A frame length that can be written.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: no reader would take it.</exception>
    public static int CheckedFrameLength(int frameLength) => frameLength >= 1 && frameLength <= MessageLimits.Default.MaxFrameLength
        ? frameLength
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"A frame has 1 to {MessageLimits.Default.MaxFrameLength} bytes; {frameLength} was given.");

    /// <summary>How many threads work.</summary>
    /// <param name="requested">What the caller wants; 0 for the number of processors.</param>
    /// <param name="batches">How many batches there are.</param>
    /// <param name="batchMemory">What the buffers of one batch take, in bytes.</param>
    public static int Parallelism(int requested, long batches, long batchMemory)
    {
        long affordable = Math.Max(2, MemoryBudget / Math.Max(1, batchMemory));
        return (int)Math.Clamp(requested > 0 ? requested : Environment.ProcessorCount, 1, Math.Max(1, Math.Min(batches, affordable)));
    }
}
