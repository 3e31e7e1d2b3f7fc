using System.Diagnostics.Metrics;

namespace TenantEncryption.Telemetry;

/// <summary>Key leases taken and ended: between the two, a plaintext key is in memory.</summary>
internal static class LeaseTelemetry
{
    private static readonly Counter<long> TakenLeases = TelemetrySource.Meter.CreateCounter<long>(
        "tenantencryption.leases.taken", "{lease}", "Key leases taken: keys opened by their provider.");

    private static readonly Counter<long> EndedLeases = TelemetrySource.Meter.CreateCounter<long>(
        "tenantencryption.leases.ended", "{lease}", "Key leases ended, for whatever reason.");

    /// <summary>Counts one that was taken.</summary>
    /// <param name="providerType">The type of the provider that opened the key.</param>
    public static void Taken(string providerType) => Count(TakenLeases, providerType);

    /// <summary>Counts one that ended.</summary>
    /// <param name="providerType">The type of the provider that opened the key.</param>
    public static void Ended(string providerType) => Count(EndedLeases, providerType);

    private static void Count(Counter<long> leases, string providerType)
    {
        if (leases.Enabled)
        {
            leases.Add(1, new KeyValuePair<string, object?>(TelemetryTags.ProviderType, providerType));
        }
    }
}
