using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Migration;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Work on a migration in the background of this session: a job like any other, whose output is the migration. Stopping it leaves the migration Suspended, as
/// the end of the session does.
/// </summary>
internal sealed class MigrationJob : Job
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<IProgress<KeyMigration>, CancellationToken, Task<KeyMigration>> _work;
    private readonly StoreUse _use;
    private Task _running = Task.CompletedTask;
    private string _status = "";

    /// <summary>Makes a job.</summary>
    /// <param name="command">The command that it is of.</param>
    /// <param name="use">The store, which is held open until the job ends.</param>
    /// <param name="work">The work.</param>
    public MigrationJob(string command, StoreUse use, Func<IProgress<KeyMigration>, CancellationToken, Task<KeyMigration>> work)
        : base(command)
    {
        (_use, _work, PSJobTypeName) = (use, work, "KeyMigrationJob");
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count > 0;

    /// <inheritdoc/>
    public override string Location => Environment.MachineName;

    /// <inheritdoc/>
    public override string StatusMessage => _status;

    /// <summary>Begins the work.</summary>
    public void Begin()
    {
        SetJobState(JobState.Running);
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        if (JobStateInfo.State is JobState.Completed or JobState.Failed or JobState.Stopped)
        {
            return;
        }

        SetJobState(JobState.Stopping);
        _stopping.Cancel();
        _running.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stopping.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task RunAsync()
    {
        JobState end = JobState.Failed;
        try
        {
            await using (_use.ConfigureAwait(false))
            {
                using var progress = new MigrationProgress(
                    record =>
                    {
                        _status = record.StatusDescription;
                        Progress.Add(record);
                    },
                    _ => { });
                KeyMigration migration = await _work(progress, _stopping.Token).ConfigureAwait(false);
                await MigrationFailures.ReportAsync(
                    _use.Service, migration, (failure, item) => Error.Add(failure.ToErrorRecord(item)), CancellationToken.None).ConfigureAwait(false);
                _status = migration.State.ToString();
                Output.Add(PSObject.AsPSObject(migration));
                end = JobState.Completed;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or TenantEncryptionException { Code: ErrorCodes.Cancelled } && _stopping.IsCancellationRequested)
        {
            end = JobState.Stopped;
        }
        catch (Exception exception)
        {
            Error.Add(TenantEncryptionException.Of(exception).ToErrorRecord(null));
        }

        SetJobState(end);
    }
}
