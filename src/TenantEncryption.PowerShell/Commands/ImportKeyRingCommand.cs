using System.Management.Automation;
using System.Security;
using TenantEncryption.Keys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Recovery;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Puts a tenant's keys back from a key ring, so that its data can be read.</summary>
/// <remarks>
/// Each key is opened through its key provider, or with the passphrase, before it is put in; one that does not open is an error, and the others go in. A tenant that
/// is not there is made, under the internal KMS of this store: its data is read, and what it writes goes there until you move it (Start-KeyMigration). Key providers come
/// Archived, and one that was Deactivated comes so. Nothing becomes Active or Current by an import, keys that are there stay as they are, and what this store retired, with
/// Remove-KeyProvider or Remove-EncryptionTenant, is not brought back: a warning says what stays out.
/// A ring under a passphrase is authenticated as a whole. One without is not: whoever could write the file could have written another one. So name the tenant's master keys with -KeyArn,
/// from what you know elsewhere, and say how they are reached; of the rest such a ring decides nothing but the tenant's label, platform, region, edition, organisation, parent and key hierarchy where
/// the tenant is made.
/// </remarks>
/// <example>
///   <code>Import-KeyRing ./acme.json -Passphrase (Read-Host -AsSecureString) -WhatIf</code>
///   <para>Shows what would be put in.</para>
/// </example>
/// <example>
///   <code>Import-KeyRing ./acme.json -Passphrase (Read-Host -AsSecureString)</code>
///   <para>Puts the keys in that this store does not have.</para>
/// </example>
/// <example>
///   <code>Import-KeyRing ./acme.json -TenantId acme -KeyArn $arn</code>
///   <para>The same from a ring under no passphrase, of a tenant whose master key is that one.</para>
/// </example>
[Cmdlet(VerbsData.Import, "KeyRing", SupportsShouldProcess = true)]
[OutputType(typeof(KeyRingImport))]
public sealed class ImportKeyRingCommand : AwsIdentityCmdlet
{
    /// <summary>The file that Export-KeyRing wrote.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The file that Export-KeyRing wrote.")]
    public string Path { get; set; } = "";

    /// <summary>The passphrase under which it was exported.</summary>
    [Parameter(HelpMessage = "The passphrase under which it was exported.")]
    public SecureString? Passphrase { get; set; }

    /// <summary>The tenant that the key ring must be of.</summary>
    [Parameter(HelpMessage = "The tenant that the key ring must be of.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>The ARNs of the tenant's master keys: of a ring under no passphrase, new key providers on these alone are taken.</summary>
    [Parameter(HelpMessage = "The ARNs of the tenant's master keys: of a ring under no passphrase, new key providers on these alone are taken.")]
    public string[] KeyArn { get; set; } = [];

    /// <inheritdoc/>
    protected override object? Target => Path;

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        string path = await OnPipelineAsync(() => SessionPath.Literal(this, Path)).ConfigureAwait(false);
        using SecretBytes? passphrase = Passphrase is null ? null : SecureText.ToUtf8(Passphrase);
        using var ring = KeyRing.Read(path, passphrase);
        var options = new KeyRingImportOptions { TenantId = TenantId, KeyArns = KeyArn, Connection = ConnectionTo(null) };
        KeyRingImportPlan plan = await Service.KeyRings.PlanImportAsync(ring, options, Cancellation).ConfigureAwait(false);
        foreach (string why in plan.LeftOut)
        {
            Warn(why);
        }

        if (plan.IsNeeded && !await ConfirmAsync($"tenant {plan.TenantId}", plan.ToString()).ConfigureAwait(false))
        {
            return;
        }

        KeyRingImport import = await Service.KeyRings.ImportAsync(ring, options, Cancellation).ConfigureAwait(false);
        await EmitAsync(import).ConfigureAwait(false);
        foreach (KeyRingFailure failure in import.Failures)
        {
            Report(failure.Error, failure.Id);
        }
    }
}
