using System.Diagnostics;
using System.Management.Automation;
using TenantEncryption.Migration;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Shows how far a migration is: items done and failed, rate, time left.</summary>
/// <param name="cmdlet">The cmdlet that shows it.</param>
internal sealed class MigrationProgress(AsyncCmdlet cmdlet) : IProgress<KeyMigration>, IDisposable
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long? _doneAtBegin;
    private CommandProgress<KeyMigration>? _progress;

    /// <inheritdoc/>
    public void Report(KeyMigration value)
    {
        _doneAtBegin ??= value.Done;
        cmdlet.StoppedText = value.State == MigrationState.InProgress
            ? $"The migration {value.Id} of tenant '{value.TenantId}' is Suspended; to go on: Resume-KeyMigration {value.Id}"
            : null;
        _progress ??= new CommandProgress<KeyMigration>(cmdlet, Describe);
        _progress.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress?.Dispose();

    private ProgressRecord Describe(KeyMigration migration)
    {
        double rate = (migration.Done - _doneAtBegin!.Value) / Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        long left = migration.Total - migration.Done - migration.Failed;
        return new ProgressRecord(
            activityId: 1,
            $"Migrating tenant {migration.TenantId}",
            $"{migration.Done} of {Counted.Of(migration.Total, "key")}, {migration.Failed} failed, {rate:F1} keys/s")
        {
            PercentComplete = Math.Clamp(migration.Progress, 0, 100),
            SecondsRemaining = rate > 0 ? (int)Math.Min(left / rate, int.MaxValue) : -1,
        };
    }
}
