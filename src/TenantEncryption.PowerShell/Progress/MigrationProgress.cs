using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Migration;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Shows how far a migration is: items done and failed, bytes, rate, time left.</summary>
/// <param name="show">Shows a record.</param>
/// <param name="onInProgress">Told what to say when the work is stopped; <see langword="null"/> for nothing.</param>
internal sealed class MigrationProgress(Action<ProgressRecord> show, Action<string?> onInProgress) : IProgress<KeyMigration>, IDisposable
{
    private const double Mebibyte = 1024 * 1024;

    private readonly long _begin = Stopwatch.GetTimestamp();
    private KeyMigration? _first;
    private CommandProgress<KeyMigration>? _progress;

    /// <summary>The same for a cmdlet, which says how to go on when it is stopped.</summary>
    /// <param name="cmdlet">The cmdlet that shows it.</param>
    public MigrationProgress(AsyncCmdlet cmdlet)
        : this(cmdlet.Show, text => cmdlet.StoppedText = text)
    {
    }

    /// <inheritdoc/>
    public void Report(KeyMigration value)
    {
        _first ??= value;
        onInProgress(value.State == MigrationState.InProgress
            ? $"The migration {value.Id} of tenant '{value.TenantId}' is Suspended{(value.Mode == MigrationMode.Reencrypt ? ", unless others work on it, too" : "")}; to go on: Resume-KeyMigration {value.Id}"
            : null);
        _progress ??= new CommandProgress<KeyMigration>(show, Describe);
        _progress.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress?.Dispose();

    private ProgressRecord Describe(KeyMigration migration)
    {
        double seconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        double rate = (migration.Done - _first!.Done) / seconds;
        long left = Math.Max(0, migration.Total - migration.Done - migration.Failed);
        string status = migration.Mode == MigrationMode.Reencrypt
            ? string.Create(
                CultureInfo.CurrentCulture,
                $"{migration.Done} of {Counted.Of(migration.Total, "file")}, {migration.Failed} failed, {migration.Bytes / Mebibyte:N0} MiB, {rate:F1} files/s")
            : $"{migration.Done} of {Counted.Of(migration.Total, "key")}, {migration.Failed} failed, {rate:F1} keys/s";
        return new ProgressRecord(activityId: 1, $"Migrating tenant {migration.TenantId}", status)
        {
            PercentComplete = Math.Clamp(migration.Progress, 0, 100),
            SecondsRemaining = rate > 0 ? (int)Math.Min(left / rate, int.MaxValue) : -1,
        };
    }
}
