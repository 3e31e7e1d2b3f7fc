using TenantEncryption.Telemetry;

namespace TenantEncryption.Data;

/// <summary>Counts outcomes for who listens; files that were passed over are none.</summary>
internal static class FileOutcomeCount
{
    /// <summary>Counts a file that was protected, or could not be.</summary>
    public static void Count(FileOutcome<ProtectedFile> outcome) => Count(DataTelemetry.Protect, outcome, outcome.Result?.Length);

    /// <summary>Counts a file that was unprotected, or could not be.</summary>
    public static void Count(FileOutcome<UnprotectedFile> outcome) => Count(DataTelemetry.Unprotect, outcome, outcome.Result?.Length);

    private static void Count<T>(DataTelemetry telemetry, FileOutcome<T> outcome, long? length)
        where T : class
    {
        if (outcome.Error is { } error)
        {
            telemetry.Fail(DataKind.File, error);
        }
        else if (length is { } bytes)
        {
            telemetry.Count(DataKind.File, bytes);
        }
    }
}
