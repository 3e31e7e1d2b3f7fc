namespace TenantEncryption.Files;

/// <summary>How many files a batch may have open; disposing it gives them back.</summary>
internal sealed class OpenFileShare(OpenFileBudget budget, int files) : IDisposable
{
    private bool _returned;

    /// <summary>How many files it is.</summary>
    public int Files => files;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_returned)
        {
            _returned = true;
            budget.Return(files);
        }
    }
}
