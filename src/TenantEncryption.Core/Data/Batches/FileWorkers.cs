namespace TenantEncryption.Data.Batches;

/// <summary>Works on many files side by side: as many loops as may run at once, each of which takes the next file until none is left.</summary>
internal static class FileWorkers
{
    /// <summary>From how many bytes a file has its frames in parallel, and is the only such file at a time. Smaller ones are done side by side.</summary>
    public const long LargeFile = 4L << 20;

    /// <summary>How many loops a caller's wish means; 0 stands for the number of processors.</summary>
    public static int Count(int degreeOfParallelism) => degreeOfParallelism > 0 ? degreeOfParallelism : Environment.ProcessorCount;

    /// <summary>Works on files until all are taken, or enough.</summary>
    /// <param name="files">How many there are.</param>
    /// <param name="degreeOfParallelism">How many loops; 0 stands for the number of processors.</param>
    /// <param name="isEnough">Whether no more are to be begun; asked after the first.</param>
    /// <param name="work">Works on the file of a number.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>How many files were taken: those from the first on, all of them done.</returns>
    public static async Task<int> RunAsync(
        int files, int degreeOfParallelism, Func<bool> isEnough, Func<int, ValueTask> work, CancellationToken cancellationToken)
    {
        int taken = 0;
        var loops = new Task[Math.Min(files, Count(degreeOfParallelism))];
        for (int i = 0; i < loops.Length; i++)
        {
            loops[i] = Task.Run(LoopAsync, CancellationToken.None);
        }

        await Task.WhenAll(loops).ConfigureAwait(false);
        return taken;

        async Task LoopAsync()
        {
            try
            {
                while (TryTake(out int file))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await work(file).ConfigureAwait(false);
                }
            }
            catch
            {
                // Nothing more is begun; what the other loops are at ends first.
                Volatile.Write(ref taken, files);
                throw;
            }
        }

        bool TryTake(out int file)
        {
            do
            {
                file = Volatile.Read(ref taken);
                if (file >= files || (file > 0 && isEnough()))
                {
                    return false;
                }
            }
            while (Interlocked.CompareExchange(ref taken, file + 1, file) != file);
            return true;
        }
    }
}
