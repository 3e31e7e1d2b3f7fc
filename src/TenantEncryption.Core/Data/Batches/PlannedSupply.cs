namespace TenantEncryption.Data.Batches;

/// <summary>Files that are known when the command begins.</summary>
/// <param name="files">How many there are.</param>
/// <param name="begin">Makes a batch of the files from a number on, before another.</param>
/// <typeparam name="T">How a file went.</typeparam>
internal sealed class PlannedSupply<T>(int files, Func<int, int, IFileBatch<T>> begin) : IFileSupply<T>
{
    private int _first;

    /// <inheritdoc/>
    public ValueTask<int> LeftAsync(CancellationToken cancellationToken) => ValueTask.FromResult(files - _first);

    /// <inheritdoc/>
    public IFileBatch<T> Begin(int files) => begin(_first, _first + files);

    /// <inheritdoc/>
    public void Take(int files) => _first += files;
}
