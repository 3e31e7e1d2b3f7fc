using System.Diagnostics;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>The end of a wait, on the monotonic clock.</summary>
internal readonly struct Deadline
{
    private readonly long _start;

    /// <summary>Starts a wait.</summary>
    /// <param name="timeout">How long it may last.</param>
    public Deadline(TimeSpan timeout)
    {
        Timeout = timeout;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>How long the wait may last in all.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>What is left of it; never negative.</summary>
    public TimeSpan Left
    {
        get
        {
            TimeSpan left = Timeout - Stopwatch.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
