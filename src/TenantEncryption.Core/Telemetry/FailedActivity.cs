using System.Diagnostics;

namespace TenantEncryption.Telemetry;

/// <summary>How an activity says that it failed.</summary>
internal static class FailedActivity
{
    /// <summary>Sets status and code; the error's text, which may name a path, is left out.</summary>
    /// <param name="activity">The activity; <see langword="null"/> where nobody listens.</param>
    /// <param name="error">Why.</param>
    public static void Fail(this Activity? activity, Exception error) => activity.Fail(TelemetryTags.CodeOf(error));

    /// <summary>The same by the code.</summary>
    /// <param name="activity">The activity; <see langword="null"/> where nobody listens.</param>
    /// <param name="code">The code.</param>
    public static void Fail(this Activity? activity, string code)
    {
        if (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, code);
            activity.SetTag(TelemetryTags.Error, code);
        }
    }
}
