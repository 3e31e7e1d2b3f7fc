using System.Management.Automation;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Merging;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Puts a platform's statements into the live policy of a key, in each of its regions.</summary>
/// <remarks>
/// Statements of others stay as they are and where they are. The platform's own are found by their Sid and become what the platform needs; tenants
/// that they list already are never dropped. Where nothing would change, nothing is put. -WhatIf shows the difference. The command refuses to take
/// the key away from its account (what the live policy denies by itself is no reason, and a warning where only a call tells), a policy that is longer
/// than KMS takes, and one that somebody else changed in between. When a region fails, the error says which regions have the new policy; running the command again does the rest.
/// </remarks>
/// <example>
///   <code>Set-KeyPolicy acme-cmk -User $role -WhatIf</code>
///   <para>Shows what would change, as diff does.</para>
/// </example>
/// <example>
///   <code>Set-KeyPolicy acme-cmk -User $role -Confirm:$false; Test-KeyProvider acme-cmk -Quiet</code>
///   <para>Puts the policy without asking, and proves that it works.</para>
/// </example>
/// <example>
///   <code>Set-KeyPolicy shared-cmk -TenantId acme-eu, acme-us -User $role</code>
///   <para>Lets two tenants of one organisation use a key.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "KeyPolicy", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(KeyPolicy))]
public sealed class SetKeyPolicyCommand : KeyPolicyCmdlet
{
    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference KeyProvider { get; set; } = null!;

    /// <summary>The tenants for whom the policy is; the provider's own when not given. It does not bind from the pipeline.</summary>
    [Parameter(HelpMessage = "The tenants for whom the policy is; the provider's own when not given.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>Writes the policies as they are now, one for each region.</summary>
    [Parameter(HelpMessage = "Writes the policies as they are now, one for each region.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> ForTenants => TenantId;

    /// <inheritdoc/>
    protected override object? Target => KeyProvider;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync(KeyProvider).ConfigureAwait(false);
        KeyPolicyPlan plan = await Service.Policies.PlanAsync(await RequestAsync(provider).ConfigureAwait(false), Cancellation).ConfigureAwait(false);
        WarnOf(PolicyService.Preview(plan));
        if (!plan.IsChanged)
        {
            Tell(plan.ToString());
        }
        else if (!await ConfirmTextAsync(plan.ToString(), $"{plan}\nPut this into the policy of {provider.KeyArn}?", "Set-KeyPolicy").ConfigureAwait(false))
        {
            return;
        }

        foreach (KeyPolicy policy in await Service.Policies.SetAsync(plan, Cancellation).ConfigureAwait(false))
        {
            if (PassThru)
            {
                await EmitAsync(policy).ConfigureAwait(false);
            }
        }
    }
}
