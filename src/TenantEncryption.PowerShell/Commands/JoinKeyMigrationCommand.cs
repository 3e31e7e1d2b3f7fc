using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Helps with a Reencrypt migration that other processes work on.</summary>
/// <remarks>
/// Any process that opens the store and sees the files may join, as many as like to: each takes parts of what is left until there are none, and waits then
/// for the others. Ctrl+C ends this process's part alone; what it had not finished is taken over by the others. A migration on which nobody works is resumed
/// instead (Resume-KeyMigration). What is refused is refused before any question.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -State InProgress | Join-KeyMigration</code>
///   <para>Helps with what runs, one after the other.</para>
/// </example>
/// <example>
///   <code>Join-KeyMigration -All -LowPriority</code>
///   <para>Helps with every Reencrypt that runs now, while the machine has nothing better to do.</para>
/// </example>
[Cmdlet(VerbsCommon.Join, "KeyMigration", DefaultParameterSetName = "Id", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class JoinKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Id", HelpMessage = "The id of the migration.")]
    [ArgumentCompleter(typeof(MigrationCompleter))]
    public string Id { get; set; } = "";

    /// <summary>Helps with every Reencrypt that others work on now.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "All", HelpMessage = "Helps with every Reencrypt that others work on now.")]
    public SwitchParameter All { get; set; }

    /// <summary>How many files are worked on at the same time; the number of processors when not given, and one with -LowPriority.</summary>
    [Parameter(HelpMessage = "How many files are worked on at the same time; the number of processors when not given, and one with -LowPriority.")]
    public int ThrottleLimit { get; set; }

    /// <summary>Yields to other work on this machine and in the store.</summary>
    [Parameter(HelpMessage = "Yields to other work on this machine and in the store.")]
    public SwitchParameter LowPriority { get; set; }

    /// <summary>Works in the background of this session, and writes the job. Stop-Job, and the end of the session, end this part alone.</summary>
    [Parameter(HelpMessage = "Works in the background of this session, and writes the job.")]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Writes the migration as it is at the end.</summary>
    [Parameter(HelpMessage = "Writes the migration as it is at the end.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => All ? null : Id;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (!All)
        {
            await JoinAsync(await Service.Migrations.CheckJoiningAsync(Id, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        KeyMigration[] running =
        [
            .. (await Service.Migrations.ListAsync(null, Cancellation).ConfigureAwait(false))
                .Where(migration => migration is { State: MigrationState.InProgress, Mode: MigrationMode.Reencrypt }),
        ];
        if (running.Length == 0)
        {
            Warn("Nobody works on a Reencrypt now, so there is nothing to help with.");
        }

        foreach (KeyMigration migration in running)
        {
            try
            {
                await JoinAsync(migration).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, migration);
            }
        }
    }

    private async Task JoinAsync(KeyMigration migration)
    {
        string files = $"{migration.Done} of {Counted.Of(migration.Total, "file")} done";
        if (!await ConfirmAsync($"{migration.Id} of tenant {migration.TenantId} ({files})", "Join the migration").ConfigureAwait(false))
        {
            return;
        }

        MigrationRunOptions options = MigrationRuns.Options(ThrottleLimit, LowPriority);
        KeyMigration? joined = await MigrationRuns.RunAsync(
            this, AsJob, (migrations, progress, stop) => migrations.JoinAsync(migration.Id, options, progress, stop)).ConfigureAwait(false);
        if (joined is not null && PassThru)
        {
            await EmitAsync(joined).ConfigureAwait(false);
        }
    }
}
