using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Goes on with a migration that was suspended or failed, or retries the failed items of a completed one.</summary>
/// <remarks>
/// Any process may resume a migration whose process ended, by Ctrl+C or by a crash. The command runs to the end, in this process.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -State Suspended | Resume-KeyMigration -PassThru</code>
///   <para>Goes on with every suspended migration.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Resume, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class ResumeKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Id { get; set; } = "";

    /// <summary>Writes the migration as it is at the end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Id;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyMigration migration = await Service.Migrations.GetAsync(Id, Cancellation).ConfigureAwait(false);
        string description = $"{Id} of tenant {migration.TenantId} ({migration.State}, {migration.Done} of {migration.Total} keys done)";
        if (!await ConfirmAsync(description, "Resume the migration").ConfigureAwait(false))
        {
            return;
        }

        using var progress = new MigrationProgress(this);
        migration = await Service.Migrations.ResumeAsync(Id, progress, Cancellation).ConfigureAwait(false);
        await MigrationFailures.ReportAsync(Service, migration, Report, Cancellation).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(migration).ConfigureAwait(false);
        }
    }
}
