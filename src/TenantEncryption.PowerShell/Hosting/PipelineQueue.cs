using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Carries what asynchronous work wants to write to the pipeline thread, the only one that may write. Results wait for their turn, so
/// that a slow consumer slows the work down instead of filling the memory.
/// </summary>
internal sealed class PipelineQueue : IDisposable
{
    private const int ResultsAhead = 128;

    private readonly BlockingCollection<Action?> _actions = [];
    private readonly SemaphoreSlim _room = new(ResultsAhead, ResultsAhead);

    /// <summary>Has the pipeline thread do something, in order, without waiting.</summary>
    /// <param name="action">What to do.</param>
    public void Post(Action action)
    {
        try
        {
            _actions.Add(action);
        }
        catch (ObjectDisposedException)
        {
            // The command is over; nobody would see it.
        }
    }

    /// <summary>Has the pipeline thread write a result, once there is room.</summary>
    /// <param name="write">Writes it.</param>
    /// <param name="cancellationToken">Ends waiting for room.</param>
    /// <returns>When it is queued.</returns>
    public async ValueTask PostResultAsync(Action write, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        Post(() =>
        {
            _room.Release();
            write();
        });
    }

    /// <summary>Runs work to its end while doing, on this thread, what it posts.</summary>
    /// <param name="work">The work; it throws nothing.</param>
    /// <param name="stop">Called when writing failed, so that the work stops: the pipeline wants no more.</param>
    /// <param name="beginHere">
    /// Whether the work begins on this thread: for work that most often is done at once, for which going to another thread would cost more than the work.
    /// </param>
    public void Run(Func<Task> work, Action stop, bool beginHere)
    {
        Task task = beginHere ? RunAsync(work) : Task.Run(() => RunAsync(work));
        ExceptionDispatchInfo? failure = null;
        while (_actions.Take() is { } action)
        {
            try
            {
                if (failure is null)
                {
                    action();
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
                stop();
            }
        }

        task.GetAwaiter().GetResult();
        failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _actions.Dispose();
        _room.Dispose();
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _actions.Add(null);
        }
    }
}
