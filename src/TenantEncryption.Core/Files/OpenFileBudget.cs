namespace TenantEncryption.Files;

/// <summary>
/// Shares out among the batches of all sessions how many files this process may yet open: a batch holds an output of each of its files open until
/// all settle. Each gets half of what is left, so that the next ones get some, too, and it has as many for the sources that it reads meanwhile.
/// Nobody waits: a batch always gets one file, as sessions that wait for each other could wait for ever.
/// </summary>
/// <param name="limit">How many files the process may have open; <see langword="null"/> for any number.</param>
/// <param name="countOpen">How many it has.</param>
internal sealed class OpenFileBudget(Func<long?> limit, Func<int> countOpen)
{
    // For what else the process opens meanwhile: the store's journal, connections to KMS, assemblies.
    private const int Spare = 48;

    private readonly object _gate = new();
    private long _free;
    private long _taken;

    /// <summary>Of this process.</summary>
    public static OpenFileBudget Shared { get; } = new(OpenFileLimit.OfProcess, OpenFileLimit.CountOpen);

    /// <summary>Takes a share.</summary>
    /// <param name="most">How many files are wanted.</param>
    /// <returns>The share, which the caller disposes when it has closed its files.</returns>
    public OpenFileShare Take(int most)
    {
        lock (_gate)
        {
            if (_taken == 0)
            {
                _free = limit() is { } known ? known - countOpen() - Spare : int.MaxValue;
            }

            int files = (int)Math.Clamp((_free - _taken) / 2, 1, most);
            _taken += files;
            return new OpenFileShare(this, files);
        }
    }

    /// <summary>Takes a share back.</summary>
    public void Return(int files)
    {
        lock (_gate)
        {
            _taken -= files;
        }
    }
}
