using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Takes a Deactivated key provider back to Archived, so that what depends on it can be read again.</summary>
/// <remarks>It does not become Active; Start-KeyMigration moves the tenant to it.</remarks>
/// <example>
///   <code>Restore-KeyProvider old-cmk -TenantId acme</code>
///   <para>Restores a provider.</para>
/// </example>
[Cmdlet(VerbsData.Restore, "KeyProvider", SupportsShouldProcess = true)]
[OutputType(typeof(KeyProvider))]
public sealed class RestoreKeyProviderCommand : KeyProviderCmdlet
{
    /// <summary>Writes the provider as it is now.</summary>
    [Parameter(HelpMessage = "Writes the provider as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        await Service.Providers.CheckRestoringAsync(provider.Id, Cancellation).ConfigureAwait(false);
        if (await ConfirmAsync($"{provider.Name} of tenant {provider.TenantId}", "Restore the key provider").ConfigureAwait(false))
        {
            KeyProvider restored = await Service.Providers.RestoreAsync(provider.Id, Cancellation).ConfigureAwait(false);
            if (PassThru)
            {
                await EmitAsync(restored).ConfigureAwait(false);
            }
        }
    }
}
