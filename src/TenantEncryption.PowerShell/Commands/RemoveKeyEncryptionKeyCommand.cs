using System.Management.Automation;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Removes a key-encryption key that wraps no longer, with its record overwritten.</summary>
/// <remarks>
/// So a compromised key dies: Start-KeyMigration -Mode Reencrypt -KekId writes each message that depends on it anew under another key, and then nothing needs it.
/// Refused in any case: the Current key (Update-KeyEncryptionKey makes another one Current), while a migration of the tenant is unfinished, while a writer's
/// reservation under it is open, and until the tenant's key lease has passed since the Current key took its place. Refused unless -Force is given: while messages in
/// the catalog or values outside it depend on it, which are lost then. What is refused is refused before the question, but for writers at work.
/// A copy of the record still opens for who may use the provider that sealed it: in a backup of the store, or in an exported key ring. Import-KeyRing does not bring the
/// key back into this store.
/// </remarks>
/// <example>
///   <code>Get-KeyEncryptionKey acme | Where-Object { $_.Status -eq 'Previous' -and $_.Messages + $_.Values -eq 0 } | Remove-KeyEncryptionKey -Confirm:$false</code>
///   <para>Removes the keys on which nothing depends any more.</para>
/// </example>
/// <example>
///   <code>$old = Get-KeyEncryptionKey acme | Select-Object -First 1; Start-KeyMigration acme -To Internal -Mode Reencrypt -KekId $old.KekId</code>
///   <para>Writes anew what a compromised key protects. When the longest lease is over, $old | Remove-KeyEncryptionKey removes the key.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "KeyEncryptionKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveKeyEncryptionKeyCommand : TenantCmdlet
{
    /// <summary>The tenant.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>The key's id (kek-…), as Get-KeyEncryptionKey shows it.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "The key's id (kek-…), as Get-KeyEncryptionKey shows it.")]
    public string KekId { get; set; } = "";

    /// <summary>Removes it although messages and values depend on it; they are lost. Asks no question unless -Confirm is given.</summary>
    [Parameter(HelpMessage = "Removes it although messages and values depend on it; they are lost.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => KekId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyEncryptionKey key = await Service.Keys.CheckRemovalAsync(TenantId, KekId, Force, Cancellation).ConfigureAwait(false);
        string target = $"{key.KekId} of tenant {key.TenantId} ({Counted.Of(key.Messages, "file")}, up to {Counted.Of(key.Values, "value")} outside the catalog)";
        if (await ConfirmAsync(target, "Remove the key-encryption key", Force).ConfigureAwait(false))
        {
            await Service.Keys.RemoveAsync(TenantId, KekId, Force, Cancellation).ConfigureAwait(false);
        }
    }
}
