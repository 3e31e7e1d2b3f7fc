using System.Diagnostics;

namespace TenantEncryption.Telemetry;

/// <summary>The work of one process on a migration, as an activity.</summary>
internal static class MigrationTelemetry
{
    /// <summary>Begins one, where anybody listens.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="migrationId">The migration.</param>
    /// <param name="mode">What it moves.</param>
    public static Activity? Begin(string tenantId, string migrationId, string mode)
    {
        Activity? activity = TelemetrySource.Activities.HasListeners() ? TelemetrySource.Activities.StartActivity("tenantencryption.migration") : null;
        return activity?
            .SetTag(TelemetryTags.TenantId, tenantId)
            .SetTag(TelemetryTags.MigrationId, migrationId)
            .SetTag(TelemetryTags.MigrationMode, mode);
    }

    /// <summary>Says how far it came.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="state">The migration's state.</param>
    /// <param name="done">Keys or messages done.</param>
    public static void End(Activity? activity, string state, long done) =>
        activity?.SetTag(TelemetryTags.MigrationState, state).SetTag(TelemetryTags.Messages, done);
}
