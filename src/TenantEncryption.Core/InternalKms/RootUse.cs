namespace TenantEncryption.Keys.Root;

/// <summary>Root keys in use: they are not zeroed before it is over. Disposing it ends it.</summary>
/// <param name="roots">The keys; their lease owns them.</param>
/// <param name="end">Ends the use.</param>
internal sealed class RootUse(RootKeySet roots, Action end) : IDisposable
{
    private int _ended;

    /// <summary>The keys, current one first.</summary>
    public RootKeySet Roots => roots;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            end();
        }
    }
}
