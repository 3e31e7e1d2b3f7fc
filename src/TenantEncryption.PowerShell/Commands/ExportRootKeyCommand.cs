using System.Management.Automation;
using System.Security;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Backs the root key of the internal KMS up, under a passphrase.</summary>
/// <remarks>
/// Without its root key a store opens nothing of what its tenants keep under the internal KMS, and no event of it verifies. Keep the backup and its passphrase
/// apart from the store, and make a new one after each rotation (Update-RootKey). Import-RootKey puts it back.
/// </remarks>
/// <example>
///   <code>Export-RootKey ./root.json -Passphrase (Read-Host -AsSecureString)</code>
///   <para>Writes the backup into a file that only its owner can read.</para>
/// </example>
[Cmdlet(VerbsData.Export, "RootKey", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRootKeyCommand : TenantCmdlet
{
    /// <summary>The file to write. What is there stays, unless -Force is given.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The file to write.")]
    public string Path { get; set; } = "";

    /// <summary>The passphrase that seals the backup.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The passphrase that seals the backup.")]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Path;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        RootKeyBackup.RequireFree(path, Force);
        if (!await ConfirmAsync(path, "Write a backup of the root key").ConfigureAwait(false))
        {
            return;
        }

        using SecretBytes passphrase = SecureText.ToUtf8(Passphrase);
        await Service.RootKey.ExportAsync(path, passphrase, Force, Cancellation).ConfigureAwait(false);
        foreach (PSObject file in await OnPipelineAsync(() => InvokeProvider.Item.Get([path], force: true, literalPath: true)).ConfigureAwait(false))
        {
            await EmitAsync(file).ConfigureAwait(false);
        }
    }
}
