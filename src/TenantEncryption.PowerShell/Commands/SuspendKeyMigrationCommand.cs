using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Has the process that works on a migration leave it Suspended.</summary>
/// <remarks>
/// That process may be another session's; it obeys within a second, and its command ends with the migration as it is. What was moved stays moved, and
/// Resume-KeyMigration goes on with the rest. Where no process works on it, it stays as it is. A completed or stopped one is refused before any question.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -State InProgress | Suspend-KeyMigration -PassThru</code>
///   <para>Suspends every migration that runs, wherever it does.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Suspend, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class SuspendKeyMigrationCommand : MigrationCmdlet
{
    /// <inheritdoc/>
    protected override string Action => "Suspend the migration";

    /// <inheritdoc/>
    protected override Task<KeyMigration> CheckAsync() => Service.Migrations.CheckSuspendingAsync(Id, Cancellation);

    /// <inheritdoc/>
    protected override async Task<KeyMigration?> ChangeAsync() => await Service.Migrations.SuspendAsync(Id, Cancellation).ConfigureAwait(false);
}
