namespace TenantEncryption.Envelope;

/// <summary>How many frames are worked on in one go: small frames are batched, so that a system call and a hand-over pay.</summary>
internal static class Batch
{
    /// <summary>The content that a batch aims at, in bytes: input and output of both cores stay in their caches.</summary>
    public const int TargetLength = 256 << 10;

    public static int Frames(int frameLength) => Math.Max(1, TargetLength / frameLength);

    public static int Parallelism(int requested, long batches) =>
        (int)Math.Clamp(requested > 0 ? requested : Environment.ProcessorCount, 1, Math.Max(1, batches));
}
