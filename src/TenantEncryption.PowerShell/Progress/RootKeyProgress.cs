using System.Diagnostics;
using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Shows how far a rotation of the root key is: tenants done, rate, time left.</summary>
/// <param name="cmdlet">The cmdlet that shows it.</param>
/// <param name="tenants">How many tenants there are.</param>
internal sealed class RootKeyProgress(AsyncCmdlet cmdlet, int tenants) : IProgress<long>, IDisposable
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private CommandProgress<long>? _progress;

    /// <inheritdoc/>
    public void Report(long value)
    {
        cmdlet.StoppedText = value < tenants ? $"The root key is rotated for {value} of {Counted.Of(tenants, "tenant")}; to go on: Update-RootKey" : null;
        _progress ??= new CommandProgress<long>(cmdlet, Describe);
        _progress.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress?.Dispose();

    private ProgressRecord Describe(long done)
    {
        double rate = done / Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        return new ProgressRecord(activityId: 1, "Rotating the root key", $"{done} of {Counted.Of(tenants, "tenant")}, {rate:F0} tenants/s")
        {
            PercentComplete = tenants > 0 ? (int)Math.Min(100, 100 * done / tenants) : -1,
            SecondsRemaining = rate > 0 ? (int)Math.Max(0, (tenants - done) / rate) : -1,
        };
    }
}
