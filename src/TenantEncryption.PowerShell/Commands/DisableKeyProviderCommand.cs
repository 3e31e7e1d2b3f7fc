using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Deactivates an Archived key provider: what depends on it can't be read until it is restored.</summary>
/// <remarks>
/// Refused while keys depend on the provider, unless -Force is given, and while a migration uses it; what is refused is refused before the question. The message says what depends on it: files, and
/// values outside the catalog. Restore-KeyProvider takes it back. On tableau-cloud the prompt wants a phrase typed, as Tableau's own does.
/// </remarks>
/// <example>
///   <code>Disable-KeyProvider old-cmk -TenantId acme</code>
///   <para>Deactivates a provider that nothing depends on, after asking.</para>
/// </example>
/// <example>
///   <code>Disable-KeyProvider old-cmk -TenantId acme -Force</code>
///   <para>Deactivates it without asking, whatever depends on it.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Disable, "KeyProvider", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(KeyProvider))]
public sealed class DisableKeyProviderCommand : KeyProviderCmdlet
{
    private const string Action = "Deactivate the key provider";

    /// <summary>Deactivates it although keys and data depend on it, which become unreadable; asks no question unless -Confirm is given.</summary>
    [Parameter(HelpMessage = "Deactivates it although keys and data depend on it, which become unreadable; asks no question unless -Confirm is given.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the provider as it is now.</summary>
    [Parameter(HelpMessage = "Writes the provider as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        await Service.Providers.CheckDisablingAsync(provider.Id, Force, Cancellation).ConfigureAwait(false);
        string? phrase = (await Service.Tenants.GetAsync(provider.TenantId, Cancellation).ConfigureAwait(false)).GetProfile().Lifecycle.DeactivationPhrase;
        Task<bool> confirm = phrase is null
            ? ConfirmAsync(Dependants.Describe(provider), Action, Force)
            : ConfirmPhraseAsync(Dependants.Describe(provider), Action, phrase, Force);
        if (await confirm.ConfigureAwait(false))
        {
            KeyProvider disabled = await Service.Providers.DisableAsync(provider.Id, Force, Cancellation).ConfigureAwait(false);
            if (PassThru)
            {
                await EmitAsync(disabled).ConfigureAwait(false);
            }
        }
    }
}
