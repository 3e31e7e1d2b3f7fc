using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes a Pending key provider its tenant's Active one.</summary>
/// <remarks>
/// The provider is tested first, and nothing changes when the test fails. A new key-encryption key under it takes every later write; the provider
/// before becomes Archived and still opens what it sealed. To move the existing keys as well, use Start-KeyMigration.
/// </remarks>
/// <example>
///   <code>Enable-KeyProvider acme-cmk -TenantId acme</code>
///   <para>Activates a provider.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Enable, "KeyProvider", SupportsShouldProcess = true)]
[OutputType(typeof(KeyProvider))]
public sealed class EnableKeyProviderCommand : KeyProviderCmdlet
{
    /// <summary>Writes the provider as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        if (await ConfirmAsync($"{provider.Name} of tenant {provider.TenantId}", "Activate the key provider").ConfigureAwait(false))
        {
            KeyProvider enabled = await Service.Providers.EnableAsync(provider.Id, Cancellation).ConfigureAwait(false);
            if (PassThru)
            {
                await EmitAsync(enabled).ConfigureAwait(false);
            }
        }
    }
}
