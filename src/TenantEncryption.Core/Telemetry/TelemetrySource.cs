using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TenantEncryption.Telemetry;

/// <summary>The one meter and the one source of activities of the process: what listens does so by name, and to all services that are open.</summary>
internal static class TelemetrySource
{
    private static readonly string Version = typeof(TelemetrySource).Assembly.GetName().Version!.ToString(3);

    /// <summary>The meter.</summary>
    public static Meter Meter { get; } = new(TenantEncryptionTelemetry.MeterName, Version);

    /// <summary>The source of activities.</summary>
    public static ActivitySource Activities { get; } = new(TenantEncryptionTelemetry.ActivitySourceName, Version);
}
