namespace TenantEncryption.Data.Protecting;

/// <summary>Lets the writers of files be paused: while the store has no room for a batch, the next one must not take what the batch gives up.</summary>
internal sealed class WritingPause
{
    private readonly object _gate = new();
    private TaskCompletionSource? _paused;
    private TaskCompletionSource? _idle;
    private int _writing;

    /// <summary>Begins to write a file, after a pause if there is one; <see cref="Leave"/> ends it.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_paused is null)
            {
                _writing++;
                return ValueTask.CompletedTask;
            }
        }

        return WaitAsync(cancellationToken);
    }

    /// <summary>Ends an <see cref="EnterAsync"/>.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_writing == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }

    /// <summary>Begins a pause, and waits for the files that are being written.</summary>
    public Task BeginAsync()
    {
        lock (_gate)
        {
            _paused ??= NewSource();
            _idle = NewSource();
            if (_writing == 0)
            {
                _idle.SetResult();
            }

            return _idle.Task;
        }
    }

    /// <summary>Ends a pause, if there is one.</summary>
    public void End()
    {
        TaskCompletionSource? paused;
        lock (_gate)
        {
            (paused, _paused, _idle) = (_paused, null, null);
        }

        paused?.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task pause;
            lock (_gate)
            {
                if (_paused is null)
                {
                    _writing++;
                    return;
                }

                pause = _paused.Task;
            }

            await pause.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
