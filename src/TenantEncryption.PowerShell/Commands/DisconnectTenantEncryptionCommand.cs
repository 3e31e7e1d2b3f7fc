using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Forgets plaintext keys and closes the store of this session.</summary>
/// <remarks>
/// Plaintext keys are zeroed at once; the passphrase and the AWS credentials of the session when the store closes, which is when the last cmdlet
/// that works on it is out. The store itself is not changed. The next cmdlet opens the default store again.
/// </remarks>
/// <example>
///   <code>Disconnect-TenantEncryption</code>
///   <para>Ends the session.</para>
/// </example>
[Cmdlet(VerbsCommunications.Disconnect, "TenantEncryption")]
public sealed class DisconnectTenantEncryptionCommand : AsyncCmdlet
{
    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        StoreAddress store = await OnPipelineAsync(() => RunspaceConnection.Current).ConfigureAwait(false);
        await OpenStores.DisconnectAsync(store).ConfigureAwait(false);
        RunspaceConnection.Forget(store);
    }
}
