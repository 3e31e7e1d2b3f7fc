using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using TenantEncryption.Telemetry;

namespace TenantEncryption.Tests.Telemetry;

/// <summary>
/// Listens as OpenTelemetry would, to what is measured by the flow of one test alone: meter and activities are those of the process, and other tests are
/// at work. It is begun before the service is opened, so that the service's own timers are of the flow, too.
/// </summary>
internal sealed class Listening : IDisposable
{
    private static readonly AsyncLocal<Listening?> Current = new();

    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentQueue<Activity> _stopped = new();

    private Listening()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TenantEncryptionTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TenantEncryptionTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Current.Value == this)
                {
                    _stopped.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    /// <summary>What was measured.</summary>
    public IReadOnlyList<Measured> All => [.. _measured];

    /// <summary>The activities that ended.</summary>
    public IReadOnlyList<Activity> Activities => [.. _stopped];

    public static Listening Begin() => Current.Value = new Listening();

    /// <summary>The sum of what an instrument measured, of measurements with these tags.</summary>
    public double Sum(string instrument, params (string Name, object? Value)[] tags) => Of(instrument, tags).Sum(one => one.Value);

    /// <summary>What an instrument measured with these tags.</summary>
    public IEnumerable<Measured> Of(string instrument, params (string Name, object? Value)[] tags) =>
        _measured.Where(one => one.Instrument == instrument && tags.All(tag => Equals(one.Tags.GetValueOrDefault(tag.Name), tag.Value)));

    public void Dispose()
    {
        Current.Value = null;
        _meters.Dispose();
        _activities.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Current.Value == this)
        {
            _measured.Enqueue(new Measured(instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
        }
    }

    /// <summary>One measurement.</summary>
    public sealed record Measured(string Instrument, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags);
}
