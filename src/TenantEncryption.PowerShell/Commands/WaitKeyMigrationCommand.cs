using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Waits until no process works on a migration any more.</summary>
/// <remarks>
/// It looks in the store, so the migration may run in any session. It writes the migration as it is then: Completed, Suspended, Stopped or Failed. When the
/// time is over first, it writes it InProgress, with a warning; the migration goes on. Ctrl+C ends the wait alone.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -State InProgress | Wait-KeyMigration -Timeout 00:10:00</code>
///   <para>Waits for every migration that runs, ten minutes for each at the most.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Wait, "KeyMigration")]
[OutputType(typeof(KeyMigration))]
public sealed class WaitKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The id of the migration.")]
    [ArgumentCompleter(typeof(MigrationCompleter))]
    public string Id { get; set; } = "";

    /// <summary>How long to wait at the most; as long as it takes when not given.</summary>
    [Parameter(HelpMessage = "How long to wait at the most; as long as it takes when not given.")]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Id;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (Timeout < TimeSpan.Zero)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"-Timeout {Timeout} is in the past.");
        }

        using var progress = new MigrationProgress(this);
        KeyMigration migration = await Service.Migrations.WaitAsync(Id, Timeout, progress, Cancellation).ConfigureAwait(false);
        if (migration.State == MigrationState.InProgress)
        {
            Warn($"The time is over, and the migration {Id} goes on: {migration.Done} of {Counted.Of(migration.Total, migration.Mode == MigrationMode.Reencrypt ? "file" : "key")} done.");
        }

        await EmitAsync(migration).ConfigureAwait(false);
    }
}
