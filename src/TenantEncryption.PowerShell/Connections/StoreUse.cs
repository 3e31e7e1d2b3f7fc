namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet's stay in an open store.</summary>
/// <param name="store">The store.</param>
/// <param name="service">Its service.</param>
internal sealed class StoreUse(OpenStore store, TenantEncryptionService service) : IAsyncDisposable
{
    private int _left;

    /// <summary>What Core offers on the store.</summary>
    public TenantEncryptionService Service => service;

    /// <summary>Leaves the store.</summary>
    /// <returns>When it is left.</returns>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _left, 1) == 0 ? store.LeaveAsync() : ValueTask.CompletedTask;
}
