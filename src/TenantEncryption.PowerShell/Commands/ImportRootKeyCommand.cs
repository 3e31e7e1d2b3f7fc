using System.Management.Automation;
using System.Security;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Puts the root key of an internal KMS back from a backup.</summary>
/// <remarks>
/// The backup says whose root key it is; the store itself is not opened, as it does not open without. A root key of that store that is there already stays,
/// unless -Force is given: an older one, from before a rotation, opens nothing that the store has now. A store whose root key is under a passphrase or under a
/// key in AWS KMS has it in itself and needs no import; where that key or passphrase is lost, Connect-TenantEncryption -RootKeyBackup opens the store, and Update-RootKey -RootKeyArn puts its root key under another key.
/// </remarks>
/// <example>
///   <code>Import-RootKey ./root.json -Passphrase (Read-Host -AsSecureString)</code>
///   <para>Puts the root key where this user's root keys are kept.</para>
/// </example>
[Cmdlet(VerbsData.Import, "RootKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class ImportRootKeyCommand : AsyncCmdlet
{
    /// <summary>The backup that Export-RootKey wrote.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The backup that Export-RootKey wrote.")]
    public string Path { get; set; } = "";

    /// <summary>The passphrase of the backup.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The passphrase of the backup.")]
    public SecureString Passphrase { get; set; } = null!;

    /// <summary>On Windows: keeps the root key for this machine instead of this user, for services of several accounts.</summary>
    [Parameter(HelpMessage = "On Windows: keeps the root key for this machine instead of this user, for services of several accounts.")]
    public SwitchParameter MachineScope { get; set; }

    /// <summary>Replaces another root key of the store that is there.</summary>
    [Parameter(HelpMessage = "Replaces another root key of the store that is there.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Path;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        RootKeyBackup backup = RootKeyBackup.Read(path);
        var vault = new FileRootKeyVault(machineScope: MachineScope);
        using SecretBytes passphrase = SecureText.ToUtf8(Passphrase);
        if (!await backup.IsNeededAsync(vault, passphrase, Force).ConfigureAwait(false))
        {
            await OnPipelineAsync(() => WriteVerbose($"The root key {backup.RootKeyId} is there already.")).ConfigureAwait(false);
            return;
        }

        if (await ConfirmAsync($"{vault.PlaceOf(backup.StoreId)}", $"Put the root key {backup.RootKeyId} of the store {backup.StoreId} in place", Force).ConfigureAwait(false))
        {
            await backup.RestoreAsync(vault, passphrase, Force).ConfigureAwait(false);
        }
    }
}
