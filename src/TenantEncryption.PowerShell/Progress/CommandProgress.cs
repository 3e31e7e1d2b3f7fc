using System.Diagnostics;
using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Shows the progress of work that takes longer than a second, a few times a second.</summary>
/// <typeparam name="T">What the work reports.</typeparam>
/// <param name="show">Shows a record.</param>
/// <param name="describe">Makes a progress record of a report.</param>
internal sealed class CommandProgress<T>(Action<ProgressRecord> show, Func<T, ProgressRecord> describe) : IProgress<T>, IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly long _begin = Stopwatch.GetTimestamp();
    private ProgressRecord? _shown;
    private long _shownAt;

    /// <summary>The same on a cmdlet.</summary>
    /// <param name="cmdlet">The cmdlet that shows it.</param>
    /// <param name="describe">Makes a progress record of a report.</param>
    public CommandProgress(AsyncCmdlet cmdlet, Func<T, ProgressRecord> describe)
        : this(cmdlet.Show, describe)
    {
    }

    /// <inheritdoc/>
    public void Report(T value)
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(_begin, now) < Delay || (_shown is not null && Stopwatch.GetElapsedTime(_shownAt, now) < Interval))
            {
                return;
            }

            (_shown, _shownAt) = (describe(value), now);
            show(_shown);
        }
    }

    /// <summary>Takes the bar away.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_shown is not null)
            {
                show(new ProgressRecord(_shown.ActivityId, _shown.Activity, "Completed") { RecordType = ProgressRecordType.Completed });
            }
        }
    }
}
