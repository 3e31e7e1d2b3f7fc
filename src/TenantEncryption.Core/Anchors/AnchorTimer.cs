using TenantEncryption.Changes;
using TenantEncryption.Errors;

namespace TenantEncryption.Anchors;

/// <summary>
/// Makes anchors while the service is open, as a schedule says. Nobody is elected for longer than one anchor: every process looks when the next one is
/// due, the first to write it makes it and puts it where it shall be kept, and the others see that it is young. So a process that dies holds nothing: the next one that
/// comes settles what it left. Anchors go on being made while a place can't be reached.
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
    private Task _publishing = Task.CompletedTask;

    /// <summary>Begins.</summary>
    public AnchorTimer(AnchorService anchors, AnchorSchedule schedule, UnitOfWork work, TimeProvider time)
    {
        (_anchors, _schedule, _work, _time) = (anchors, schedule, work, time);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Refuses a schedule.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the interval is shorter than a second or longer than a day, or the bucket's address or retention makes no sense.</exception>
    public static void Check(AnchorSchedule schedule)
    {
        if (schedule.Interval < Shortest || schedule.Interval > TimeSpan.FromDays(1))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"An anchor each {schedule.Interval} can't be made: the interval is a second to a day.");
        }

        schedule.Places.Bucket?.Check();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _publishing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(await LookAsync().ConfigureAwait(false), _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (_stop.IsCancellationRequested && exception is OperationCanceledException or TenantEncryptionException)
        {
            // The service closes.
        }
    }

    // How long it is until the next one is due.
    private async Task<TimeSpan> LookAsync()
    {
        try
        {
            AnchorLook look = await _anchors.LookAsync(_schedule.Interval, _stop.Token).ConfigureAwait(false);

            // What is under way puts what there was when it began; the next look has it go on.
            if (_publishing.IsCompleted)
            {
                _publishing = PublishAsync(look);
            }

            return look.Left;
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // Whatever it is, the next one may be made.
            _work.Warn($"No anchor of the event log was made: {TenantEncryptionException.Of(exception).Message}");
            return _schedule.Interval;
        }
    }

    private async Task PublishAsync(AnchorLook look)
    {
        try
        {
            await _anchors.PublishAsync(look, _schedule.Places, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_stop.IsCancellationRequested)
            {
                _work.Warn($"Anchor {look.Last.Number} of the event log is not where it shall be kept: {TenantEncryptionException.Of(exception).Message}");
            }
        }
    }
}
