using System.Diagnostics;
using System.Diagnostics.Metrics;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Telemetry;

/// <summary>Calls of AWS KMS, how they ended and how long they took, tries of the adapter included.</summary>
internal static class KmsTelemetry
{
    private static readonly Counter<long> Calls = TelemetrySource.Meter.CreateCounter<long>(
        "tenantencryption.kms.calls", "{call}", "Calls of AWS KMS.");

    private static readonly Histogram<double> Duration = TelemetrySource.Meter.CreateHistogram<double>(
        "tenantencryption.kms.duration",
        "s",
        "How long calls of AWS KMS took.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] });

    private static readonly Counter<long> Failovers = TelemetrySource.Meter.CreateCounter<long>(
        "tenantencryption.failovers", "{failover}", "Key providers that went on in the region of a replica.");

    /// <summary>Begins an activity, where anybody listens.</summary>
    /// <param name="operation">The operation, as CloudTrail names it.</param>
    /// <param name="region">The region, if it is known.</param>
    public static Activity? Begin(string operation, string? region)
    {
        Activity? activity = TelemetrySource.Activities.HasListeners()
            ? TelemetrySource.Activities.StartActivity("tenantencryption.kms " + operation, ActivityKind.Client)
            : null;
        return activity?.SetTag(TelemetryTags.KmsOperation, operation).SetTag(TelemetryTags.Region, region);
    }

    /// <summary>Counts a call that was made. The key is not told: its ARN names an account.</summary>
    /// <param name="call">The call.</param>
    /// <param name="activity">Its activity.</param>
    public static void Count(KmsCall call, Activity? activity)
    {
        if (Calls.Enabled || Duration.Enabled)
        {
            var tags = new TagList
            {
                { TelemetryTags.KmsOperation, call.Operation },
                { TelemetryTags.Region, call.Region },
                { TelemetryTags.Outcome, call.ErrorCode ?? ErrorCodes.Success },
            };
            Calls.Add(1, tags);
            Duration.Record(call.Elapsed.TotalSeconds, tags);
        }

        if (call.ErrorCode is not null)
        {
            activity.Fail(call.ErrorCode);
        }
    }

    /// <summary>Counts that a provider went from one region to another, as one gave no answer.</summary>
    /// <param name="from">The silent region.</param>
    /// <param name="to">The one in its place.</param>
    public static void CountFailover(string from, string to)
    {
        if (Failovers.Enabled)
        {
            Failovers.Add(1, new KeyValuePair<string, object?>(TelemetryTags.FromRegion, from), new KeyValuePair<string, object?>(TelemetryTags.ToRegion, to));
        }
    }
}
