namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that works on the runspace's store and holds it open while it runs.</summary>
public abstract class TenantCmdlet : AsyncCmdlet
{
    private string? _path;
    private StoreUse? _use;

    /// <summary>What Core offers on the store.</summary>
    protected TenantEncryptionService Service => _use!.Service;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        _path = await OnPipelineAsync(() => RunspaceConnection.CurrentPath).ConfigureAwait(false);
        _use = await OpenStores.UseAsync(_path, Cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _use is { } use)
        {
            Task.Run(() => use.DisposeAsync().AsTask()).GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }
}
