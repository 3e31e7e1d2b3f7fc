using TenantEncryption.Changes;
using TenantEncryption.Errors;

namespace TenantEncryption.Anchors;

/// <summary>
/// Makes anchors while the service is open, as a schedule says. Nobody is elected for longer than one anchor: every process looks when the next one is
/// due, the first to write it makes it, and the others see that it is young. So a process that dies holds nothing.
/// </summary>
internal sealed class AnchorTimer : IAsyncDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly AnchorService _anchors;
    private readonly AnchorSchedule _schedule;
    private readonly UnitOfWork _work;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Begins.</summary>
    public AnchorTimer(AnchorService anchors, AnchorSchedule schedule, UnitOfWork work, TimeProvider time)
    {
        (_anchors, _schedule, _work, _time) = (anchors, schedule, work, time);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Refuses a schedule.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the interval is shorter than a second, or longer than a day.</exception>
    public static void Check(AnchorSchedule schedule)
    {
        if (schedule.Interval < Shortest || schedule.Interval > TimeSpan.FromDays(1))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"An anchor each {schedule.Interval} can't be made: the interval is a second to a day.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(await MakeAsync().ConfigureAwait(false), _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (_stop.IsCancellationRequested && exception is OperationCanceledException or TenantEncryptionException)
        {
            // The service closes.
        }
    }

    // How long it is until the next one is due.
    private async Task<TimeSpan> MakeAsync()
    {
        try
        {
            Anchor last = await _anchors.MakeAsync(_schedule.Places, _schedule.Interval, _stop.Token).ConfigureAwait(false);
            TimeSpan left = last.Time + _schedule.Interval - _time.GetUtcNow();
            return left > TimeSpan.Zero && left <= _schedule.Interval ? left : _schedule.Interval;
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // Whatever it is, the next one may be made.
            _work.Warn($"No anchor of the event log was made, or it is not where it shall be kept: {TenantEncryptionException.Of(exception).Message}");
            return _schedule.Interval;
        }
    }
}
