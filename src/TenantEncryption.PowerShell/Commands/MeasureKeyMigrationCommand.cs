using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tells what a migration would do, without one unwrap or write.</summary>
/// <remarks>Counts the keys that would move, the messages and values that they protect, and the KMS calls; lists what would be refused.</remarks>
/// <example>
///   <code>Measure-KeyMigration -TenantId acme -To acme-cmk</code>
///   <para>Shows the plan of a move.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "KeyMigration")]
[OutputType(typeof(KeyMigrationPlan))]
public sealed class MeasureKeyMigrationCommand : MigrationPlanCmdlet
{
    /// <inheritdoc/>
    protected override async Task ProcessAsync() => await EmitAsync((await PlanAsync().ConfigureAwait(false)).Plan).ConfigureAwait(false);
}
