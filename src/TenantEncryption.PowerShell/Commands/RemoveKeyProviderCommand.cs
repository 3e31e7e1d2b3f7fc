using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Removes a key provider that is not Active.</summary>
/// <remarks>
/// Refused while keys depend on the provider, unless -Force is given: then those keys are deleted, and what they protect is lost for good. The internal KMS
/// and a provider that a migration uses can't be removed. The customer master key itself is not touched.
/// </remarks>
/// <example>
///   <code>Remove-KeyProvider old-cmk -TenantId acme</code>
///   <para>Removes a provider that nothing depends on, after asking.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "KeyProvider", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveKeyProviderCommand : KeyProviderCmdlet
{
    /// <summary>Removes it with the keys that depend on it; the data under them is lost. Asks no question unless -Confirm is given.</summary>
    [Parameter(HelpMessage = "Removes it with the keys that depend on it; the data under them is lost.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        await Service.Providers.CheckRemovalAsync(provider.Id, Force, Cancellation).ConfigureAwait(false);
        if (await ConfirmAsync(Dependants.Describe(provider), "Remove the key provider", Force).ConfigureAwait(false))
        {
            await Service.Providers.RemoveAsync(provider.Id, Force, Cancellation).ConfigureAwait(false);
        }
    }
}
