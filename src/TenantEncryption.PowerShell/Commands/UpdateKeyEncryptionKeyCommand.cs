using System.Management.Automation;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Rotates a tenant's key-encryption key: a new one wraps from now on.</summary>
/// <remarks>
/// The key before stays and opens what it wrapped; no message is touched. Rotation also happens by itself, long before a key has made the number of
/// wraps at which NIST SP 800-38D ends its use.
/// </remarks>
/// <example>
///   <code>Update-KeyEncryptionKey acme</code>
///   <para>Rotates a tenant's key and shows the new one.</para>
/// </example>
[Cmdlet(VerbsData.Update, "KeyEncryptionKey", SupportsShouldProcess = true)]
[OutputType(typeof(KeyEncryptionKey))]
public sealed class UpdateKeyEncryptionKeyCommand : TenantCmdlet
{
    /// <summary>The tenant.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (await ConfirmAsync(TenantId, "Rotate the tenant's key-encryption key").ConfigureAwait(false))
        {
            await EmitAsync(await Service.Keys.RotateAsync(TenantId, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
