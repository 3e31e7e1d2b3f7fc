namespace TenantEncryption.Data.Batches;

/// <summary>Gives the batches of a command, one after the other. Used by one flow at a time.</summary>
/// <typeparam name="T">How a file went.</typeparam>
internal interface IFileSupply<T>
{
    /// <summary>How many files are left that a batch may have.</summary>
    /// <param name="cancellationToken">Ends looking for more.</param>
    /// <returns>The count; zero when all had their turn.</returns>
    ValueTask<int> LeftAsync(CancellationToken cancellationToken);

    /// <summary>Makes a batch of the next files.</summary>
    /// <param name="files">How many: at most what is left.</param>
    /// <returns>The batch.</returns>
    IFileBatch<T> Begin(int files);

    /// <summary>Notes that the batch took files, from its first one on; the others are left for the next one.</summary>
    /// <param name="files">How many.</param>
    void Take(int files);
}
