using System.Management.Automation;
using TenantEncryption.Drills;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Rehearses with a key provider what must work on a bad day.</summary>
/// <remarks>
/// Failover proves, without an outage and without changing anything, that a provider of a multi-Region key can go to a replica and come home: what one
/// region sealed, the others open. Revocation proves the kill switch on a scratch message that is kept nowhere: a statement that denies nothing but
/// the drill's own encryption context is put into the key policy of every region, the message becomes unreadable, the statement is taken out, and
/// it reads again, while the tenant's own keys are opened throughout. It asks first and shows the statement. However the drill ends, Ctrl+C
/// included, it takes the statement out; what a crash left behind lapses by itself after fifteen minutes, and the next drill takes it out. It needs
/// kms:GetKeyPolicy and kms:PutKeyPolicy, and may take some minutes, as changes of a policy do. A step that fails is a result, not an error.
/// </remarks>
/// <example>
///   <code>(Invoke-KeyProviderDrill acme-cmk -TenantId acme -Drill Failover).Steps</code>
///   <para>Shows which region opened what another one sealed.</para>
/// </example>
/// <example>
///   <code>Invoke-KeyProviderDrill acme-cmk -TenantId acme -Drill Revocation -WhatIf</code>
///   <para>Shows the statement that would be put into which key policies.</para>
/// </example>
/// <example>
///   <code>if (-not (Invoke-KeyProviderDrill acme-cmk -TenantId acme -Drill Revocation -Confirm:$false).Success) { throw 'The kill switch does not work.' }</code>
///   <para>Rehearses in a runbook.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "KeyProviderDrill", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(DrillResult))]
public sealed class InvokeKeyProviderDrillCommand : KeyProviderCmdlet
{
    /// <summary>What is rehearsed.</summary>
    [Parameter(Mandatory = true, HelpMessage = "What is rehearsed.")]
    public KeyProviderDrill Drill { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyProvider provider = await ResolveAsync().ConfigureAwait(false);
        using var progress = new CommandProgress<string>(this, what => new ProgressRecord(activityId: 1, $"Drill {Drill} of {provider.Name}", what));
        DrillResult? result = Drill == KeyProviderDrill.Failover
            ? await RunFailoverAsync(provider, progress).ConfigureAwait(false)
            : await RunRevocationAsync(provider, progress).ConfigureAwait(false);
        if (result is not null)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }

    // It changes nothing, so it asks only when it is told to.
    private async Task<DrillResult?> RunFailoverAsync(KeyProvider provider, IProgress<string> progress) =>
        await ConfirmAsync($"{provider.Name} of tenant {provider.TenantId}", "Write and read scratch messages in every region of the key", force: true).ConfigureAwait(false)
            ? await Service.Drills.RunFailoverAsync(provider.Id, progress, Cancellation).ConfigureAwait(false)
            : null;

    private async Task<DrillResult?> RunRevocationAsync(KeyProvider provider, IProgress<string> progress)
    {
        RevocationPlan plan = await Service.Drills.PlanRevocationAsync(provider.Id, Cancellation).ConfigureAwait(false);
        string description = $"Put this statement into the key policy of {string.Join(" and of ", plan.KeyArns)}, and take it out again when the drill ends "
            + $"(by itself it lapses fifteen minutes after it is put):{Environment.NewLine}{plan.Statement}";
        return await ConfirmTextAsync(description, description, $"Drill {Drill} of {provider.Name} of tenant {provider.TenantId}").ConfigureAwait(false)
            ? await Service.Drills.RunRevocationAsync(plan, progress, Cancellation).ConfigureAwait(false)
            : null;
    }
}
