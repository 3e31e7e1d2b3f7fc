using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Goes on with a migration that was suspended or failed, or retries the failed items of a completed one.</summary>
/// <remarks>
/// Any process may resume a migration whose process ended, by Ctrl+C or by a crash. The command runs to the end, in this process. What its state
/// forbids is refused before any question.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -State Suspended | Resume-KeyMigration -PassThru</code>
///   <para>Goes on with every suspended migration.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Resume, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class ResumeKeyMigrationCommand : MigrationCmdlet
{
    /// <summary>How many keys are moved at the same time; the number of processors when not given.</summary>
    [Parameter]
    public int ThrottleLimit { get; set; }

    private int? Degree => ThrottleLimit == 0 ? null : ThrottleLimit;

    /// <inheritdoc/>
    protected override string Action => "Resume the migration";

    /// <inheritdoc/>
    protected override string Describe(KeyMigration migration) =>
        $"{Id} of tenant {migration.TenantId} ({migration.State}, {migration.Done} of {Counted.Of(migration.Total, "key")} done)";

    /// <inheritdoc/>
    protected override Task<KeyMigration> CheckAsync() => Service.Migrations.CheckResumingAsync(Id, Cancellation);

    /// <inheritdoc/>
    protected override async Task<KeyMigration> ChangeAsync()
    {
        using var progress = new MigrationProgress(this);
        KeyMigration migration = await Service.Migrations.ResumeAsync(Id, progress, Degree, Cancellation).ConfigureAwait(false);
        await MigrationFailures.ReportAsync(Service, migration, Report, Cancellation).ConfigureAwait(false);
        return migration;
    }
}
