using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tells what a migration would do, without one unwrap or write.</summary>
/// <remarks>
/// Counts the keys that would move, the messages and values that they protect, and the KMS calls: exactly so many are made where nothing fails. What would be
/// refused, and that the target's last test failed, is a warning, too.
/// </remarks>
/// <example>
///   <code>Measure-KeyMigration -TenantId acme -To acme-cmk</code>
///   <para>Shows the plan of a move.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "KeyMigration")]
[OutputType(typeof(KeyMigrationPlan))]
public sealed class MeasureKeyMigrationCommand : MigrationPlanCmdlet
{
    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyMigrationPlan plan = (await PlanAsync().ConfigureAwait(false)).Plan;
        foreach (string refusal in plan.Refusals)
        {
            Warn($"It would be refused: {refusal}");
        }

        foreach (string warning in plan.Warnings)
        {
            Warn(warning);
        }

        await EmitAsync(plan).ConfigureAwait(false);
    }
}
