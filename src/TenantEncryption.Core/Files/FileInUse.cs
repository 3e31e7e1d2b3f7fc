using System.Diagnostics;

namespace TenantEncryption.Files;

/// <summary>
/// What somebody else has open for himself. On Windows that can neither be opened nor replaced nor removed, and virus scanners, indexers and backups do so for a
/// moment with each new file: who meets it tries again, for a bounded time. It is the one place that does.
/// </summary>
internal static class FileInUse
{
    /// <summary>ERROR_SHARING_VIOLATION, winerror.h.</summary>
    public const int SharingViolation = 32;

    private const int LockViolation = 33; // ERROR_LOCK_VIOLATION
    private const int LongestPause = 50; // ms

    // A scan takes tenths of a second; who has a file open to work on it has it for minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Does something with a file as soon as nobody is in the way.</summary>
    /// <param name="attempt">What is done; it fails without an effect when somebody is.</param>
    /// <returns>What it gave.</returns>
    public static T Wait<T>(Func<T> attempt)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int pause = 1; ; pause = Math.Min(2 * pause, LongestPause))
        {
            try
            {
                return attempt();
            }
            catch (IOException exception) when (Is(exception) && Stopwatch.GetElapsedTime(begun) < Patience)
            {
                Thread.Sleep(pause);
            }
        }
    }

    /// <inheritdoc cref="Wait{T}(Func{T})"/>
    public static void Wait(Action attempt) => Wait(() =>
    {
        attempt();
        return true;
    });

    /// <summary>Whether an exception says so.</summary>
    public static bool Is(Exception exception) => exception is IOException && (OperatingSystem.IsWindows()
        ? exception.HResult == ResultOf(SharingViolation) || exception.HResult == ResultOf(LockViolation)
        : exception.HResult == (OperatingSystem.IsMacOS() ? 35 : 11)); // EWOULDBLOCK of flock(2), which .NET gives as it is

    /// <summary>The HRESULT of an error of Windows: HRESULT_FROM_WIN32.</summary>
    public static int ResultOf(int error) => unchecked((int)0x80070000) | error;
}
