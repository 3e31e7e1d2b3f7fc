using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Data;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Puts the progress of work on files into words.</summary>
/// <param name="activity">What is done, such as <c>Protecting</c>.</param>
internal sealed class DataProgressText(string activity)
{
    private const double Mebibyte = 1024 * 1024;

    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>A progress record of a report.</summary>
    /// <param name="progress">The report.</param>
    /// <returns>The record: files, bytes, rate, time left.</returns>
    public ProgressRecord Describe(DataProgress progress)
    {
        double rate = progress.BytesDone / Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        long left = Math.Max(0, progress.BytesTotal - progress.BytesDone);
        string status = string.Create(
            CultureInfo.CurrentCulture,
            $"{progress.FilesDone} of {progress.FilesTotal} files, {progress.BytesDone / Mebibyte:N0} of {progress.BytesTotal / Mebibyte:N0} MiB, {rate / Mebibyte:N0} MiB/s");
        return new ProgressRecord(activityId: 1, activity, status)
        {
            CurrentOperation = progress.Current,
            PercentComplete = progress.BytesTotal > 0
                ? (int)Math.Clamp(100 * progress.BytesDone / progress.BytesTotal, 0, 100)
                : progress.FilesTotal > 0 ? 100 * progress.FilesDone / progress.FilesTotal : -1,
            SecondsRemaining = rate > 0 ? (int)Math.Min(left / rate, int.MaxValue) : -1,
        };
    }
}
