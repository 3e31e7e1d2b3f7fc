using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TenantEncryption.Telemetry;

/// <summary>
/// Messages written and read, their bytes of plaintext, and what failed. One of these for each direction. While nobody listens, each call is a look at a
/// flag: values are protected in microseconds.
/// </summary>
internal sealed class DataTelemetry
{
    private static readonly Counter<long> Failures = TelemetrySource.Meter.CreateCounter<long>(
        "tenantencryption.failures", "{failure}", "Messages that could not be protected or unprotected.");

    private readonly string _operation;
    private readonly string _activity;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;

    private DataTelemetry(string operation)
    {
        (_operation, _activity) = (operation, "tenantencryption." + operation);
        _messages = TelemetrySource.Meter.CreateCounter<long>($"tenantencryption.messages.{operation}ed", "{message}", $"Messages {operation}ed.");
        _bytes = TelemetrySource.Meter.CreateCounter<long>($"tenantencryption.bytes.{operation}ed", "By", $"Bytes of plaintext {operation}ed.");
    }

    /// <summary>Messages that are written.</summary>
    public static DataTelemetry Protect { get; } = new("protect");

    /// <summary>Messages that are read and whose plaintext is given out; those that are only verified are not counted.</summary>
    public static DataTelemetry Unprotect { get; } = new("unprotect");

    /// <summary>Begins an activity, where anybody listens.</summary>
    /// <param name="kind">Of <see cref="DataKind"/>.</param>
    /// <param name="tenantId">Whose data it is, where that is known already.</param>
    public Activity? Begin(string kind, string? tenantId) => TelemetrySource.Activities.HasListeners() ? Started(kind, tenantId) : null;

    /// <summary>Counts a message.</summary>
    /// <param name="kind">Of <see cref="DataKind"/>.</param>
    /// <param name="bytes">Its plaintext's length.</param>
    /// <param name="activity">Its activity, if it has one of its own.</param>
    public void Count(string kind, long bytes, Activity? activity = null)
    {
        if (_messages.Enabled)
        {
            _messages.Add(1, new KeyValuePair<string, object?>(TelemetryTags.Kind, kind));
        }

        if (_bytes.Enabled)
        {
            _bytes.Add(bytes, new KeyValuePair<string, object?>(TelemetryTags.Kind, kind));
        }

        activity?.SetTag(TelemetryTags.Bytes, bytes);
    }

    /// <summary>Counts a message that could not be written or read.</summary>
    /// <param name="kind">Of <see cref="DataKind"/>.</param>
    /// <param name="error">Why.</param>
    /// <param name="activity">Its activity, if it has one of its own.</param>
    public void Fail(string kind, Exception error, Activity? activity = null)
    {
        if (Failures.Enabled)
        {
            Failures.Add(
                1,
                new KeyValuePair<string, object?>(TelemetryTags.Operation, _operation),
                new KeyValuePair<string, object?>(TelemetryTags.Kind, kind),
                new KeyValuePair<string, object?>(TelemetryTags.Error, TelemetryTags.CodeOf(error)));
        }

        activity.Fail(error);
    }

    private Activity? Started(string kind, string? tenantId)
    {
        Activity? activity = TelemetrySource.Activities.StartActivity(_activity);
        activity?.SetTag(TelemetryTags.Kind, kind);
        return tenantId is null ? activity : activity?.SetTag(TelemetryTags.TenantId, tenantId);
    }
}
