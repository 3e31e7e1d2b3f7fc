namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that works on the runspace's store and holds it open while it runs.</summary>
public abstract class TenantCmdlet : AsyncCmdlet
{
    private string? _path;
    private StoreUse? _use;

    /// <summary>What Core offers on the store.</summary>
    protected TenantEncryptionService Service => _use!.Service;

    /// <summary>Whether this run works on the store. One that does not makes none, either.</summary>
    protected virtual bool NeedsStore => true;

    /// <inheritdoc/>
    protected override async Task BeginAsync()
    {
        if (!NeedsStore)
        {
            return;
        }

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
