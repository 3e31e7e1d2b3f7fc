using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes a Pending key provider its tenant's Active one.</summary>
/// <remarks>
/// The provider is tested first, and nothing changes when the test fails. A new key-encryption key under it takes every later write; the provider
/// before becomes Archived and still opens what it sealed. To move the existing keys as well, use Start-KeyMigration. On a platform that has a
/// change of provider confirmed, as Tableau Cloud has the step from its own KMS, it asks first (-Confirm:$false for runbooks). -WhatIf tells the number of KMS calls, the test included.
/// </remarks>
/// <example>
///   <code>Enable-KeyProvider acme-cmk -TenantId acme</code>
///   <para>Activates a provider.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Enable, "KeyProvider", SupportsShouldProcess = true)]
[OutputType(typeof(KeyProvider))]
public sealed class EnableKeyProviderCommand : KeyProviderCmdlet
{
    private const string Action = "Activate the key provider";

    /// <summary>Writes the provider as it is now.</summary>
    [Parameter(HelpMessage = "Writes the provider as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        int calls = await Service.Providers.MeasureActivationAsync(provider, Cancellation).ConfigureAwait(false);
        if (await ConfirmChangeAsync(provider, $"{Action}, with {Counted.Of(calls, "KMS call")}").ConfigureAwait(false))
        {
            KeyProvider enabled = await Service.Providers.EnableAsync(provider.Id, Cancellation).ConfigureAwait(false);
            if (PassThru)
            {
                await EmitAsync(enabled).ConfigureAwait(false);
            }
        }
    }
}
