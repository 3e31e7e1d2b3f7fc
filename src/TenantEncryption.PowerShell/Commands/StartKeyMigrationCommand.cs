using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Moves a tenant to another key provider, while reads and writes go on.</summary>
/// <remarks>
/// RewrapKek makes a new key-encryption key under the target for every later write, and seals each old key under the target; no message is
/// touched. The target is tested first. It changes who is asked from now on and makes nobody forget: who kept an old key record and can still use
/// the old provider reads what that key protects. Reencrypt makes the target Active and then writes each message anew, under the new key, a data key and a
/// message id of its own, frame to frame, so that no plaintext is ever in a file; what is written meanwhile is never overwritten. A message that can't be
/// read is an error of its own, stays as it is, and is tried again by Resume-KeyMigration. Values outside the catalog stay under the old keys: the plan
/// counts them. The command runs to the end, in this process, or as a job; Join-KeyMigration has other processes help with a Reencrypt. Ctrl+C, or
/// Suspend-KeyMigration in any other session, leaves the migration Suspended, and Resume-KeyMigration goes on with it, as it does after a crash. On a platform that has a change of provider confirmed, as Qlik Cloud has, it asks first
/// (-Confirm:$false for runbooks); what is refused is refused before the question. -WhatIf shows the plan.
/// </remarks>
/// <example>
///   <code>Start-KeyMigration -TenantId acme -To acme-cmk</code>
///   <para>Moves a tenant to a customer master key.</para>
/// </example>
/// <example>
///   <code>Start-KeyMigration -TenantId acme -To Internal</code>
///   <para>Moves it back to the internal KMS.</para>
/// </example>
/// <example>
///   <code>Start-KeyMigration -TenantId acme -To acme-cmk -Mode Reencrypt -WhatIf</code>
///   <para>Shows how many files would be written anew, and with how many calls of KMS.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class StartKeyMigrationCommand : MigrationPlanCmdlet
{
    /// <summary>Works in the background of this session, and writes the job. Stop-Job, and the end of the session, leave the migration Suspended.</summary>
    [Parameter(HelpMessage = "Works in the background of this session, and writes the job.")]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        (KeyProvider target, KeyMigrationPlan plan) = await PlanAsync().ConfigureAwait(false);
        if (!await IsWhatIfAsync().ConfigureAwait(false))
        {
            plan.ThrowIfRefused();
        }

        if (!await ConfirmAsync(target, plan).ConfigureAwait(false))
        {
            return;
        }

        (string tenantId, KeyMigrationOptions options) = (TenantId, Options);
        if (await MigrationRuns.RunAsync(
            this, AsJob, (migrations, progress, stop) => migrations.StartAsync(tenantId, target.Id, options, progress, stop)).ConfigureAwait(false) is { } migration)
        {
            await EmitAsync(migration).ConfigureAwait(false);
        }
    }

    private async Task<bool> ConfirmAsync(KeyProvider target, KeyMigrationPlan plan)
    {
        Task<bool> confirm = await Service.Providers.FindQuestionAsync(target, Cancellation).ConfigureAwait(false) is { } question
            ? ConfirmHighAsync($"{plan} {question}", null, $"{plan}\n{question}\nGo on?", "Start-KeyMigration")
            : ConfirmTextAsync(plan.ToString(), $"{plan}\nGo on?", "Start-KeyMigration");
        return await confirm.ConfigureAwait(false);
    }
}
