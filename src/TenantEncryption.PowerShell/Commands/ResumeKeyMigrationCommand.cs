using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Goes on with a migration that is new, was suspended or failed, or retries the failed items of a completed one.</summary>
/// <remarks>
/// Any process may resume a migration whose process ended, by Ctrl+C or by a crash. The command runs to the end, in this process, or as a job. What its state
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
    /// <summary>How many keys, or files, are worked on at the same time; the number of processors when not given, and one with -LowPriority.</summary>
    [Parameter(HelpMessage = "How many keys, or files, are worked on at the same time; the number of processors when not given, and one with -LowPriority.")]
    public int ThrottleLimit { get; set; }

    /// <summary>Yields to other work on this machine and in the store.</summary>
    [Parameter(HelpMessage = "Yields to other work on this machine and in the store.")]
    public SwitchParameter LowPriority { get; set; }

    /// <summary>Works in the background of this session, and writes the job. Stop-Job, and the end of the session, leave the migration Suspended.</summary>
    [Parameter(HelpMessage = "Works in the background of this session, and writes the job.")]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override string Action => "Resume the migration";

    /// <inheritdoc/>
    protected override string Describe(KeyMigration migration) =>
        $"{Id} of tenant {migration.TenantId} ({migration.State}, {migration.Done} of {Counted.Of(migration.Total, migration.Mode == MigrationMode.Reencrypt ? "file" : "key")} done)";

    /// <inheritdoc/>
    protected override Task<KeyMigration> CheckAsync() => Service.Migrations.CheckResumingAsync(Id, Cancellation);

    /// <inheritdoc/>
    protected override Task<KeyMigration?> ChangeAsync()
    {
        (string id, MigrationRunOptions options) = (Id, MigrationRuns.Options(ThrottleLimit, LowPriority));
        return MigrationRuns.RunAsync(this, AsJob, (migrations, progress, stop) => migrations.ResumeAsync(id, options, progress, stop));
    }
}
