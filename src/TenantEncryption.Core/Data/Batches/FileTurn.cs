namespace TenantEncryption.Data.Batches;

/// <summary>A file's turn; disposing it ends it.</summary>
/// <param name="degreeOfParallelism">How many threads work on the file's frames; 0 stands for the number of processors.</param>
/// <param name="taken">What the next large file waits for, or <see langword="null"/>.</param>
internal readonly struct FileTurn(int degreeOfParallelism, SemaphoreSlim? taken) : IDisposable
{
    /// <summary>How many threads work on the file's frames; 0 stands for the number of processors.</summary>
    public int DegreeOfParallelism => degreeOfParallelism;

    /// <inheritdoc/>
    public void Dispose() => taken?.Release();
}
