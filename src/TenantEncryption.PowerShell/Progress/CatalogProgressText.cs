using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Data;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Puts the progress of files that are looked at into words. Their lengths are of no matter.</summary>
/// <param name="activity">What is done.</param>
internal sealed class CatalogProgressText(string activity)
{
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>A progress record of a report.</summary>
    /// <param name="progress">The report.</param>
    /// <returns>The record: files, rate, time left.</returns>
    public ProgressRecord Describe(DataProgress progress)
    {
        double rate = progress.FilesDone / Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        return new ProgressRecord(
            activityId: 1, activity, string.Create(CultureInfo.CurrentCulture, $"{progress.FilesDone:N0} of {progress.FilesTotal:N0} files, {rate:N0} files/s"))
        {
            CurrentOperation = progress.Current,
            PercentComplete = progress.FilesTotal > 0 ? (int)(100L * progress.FilesDone / progress.FilesTotal) : -1,
            SecondsRemaining = rate > 0 ? (int)Math.Min((progress.FilesTotal - progress.FilesDone) / rate, int.MaxValue) : -1,
        };
    }
}
