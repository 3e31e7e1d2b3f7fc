namespace TenantEncryption.S3.Bodies;

/// <summary>
/// How many bytes of messages are held at once, for calls that may have to be made again. Who asks for more than is left waits, in the order of asking, so that
/// memory is the same for one object and for many.
/// </summary>
internal sealed class ByteBudget
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> _waiting = new();
    private readonly long _total;
    private long _left;

    /// <summary>Makes a budget.</summary>
    /// <param name="total">The bytes.</param>
    public ByteBudget(long total) => (_total, _left) = (total, total);

    /// <summary>Takes bytes; what is larger than the whole budget takes all of it.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>When they are taken.</returns>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        long needed = Math.Min(bytes, _total);
        LinkedListNode<(long Bytes, TaskCompletionSource Granted)> place;
        lock (_gate)
        {
            if (_waiting.Count == 0 && needed <= _left)
            {
                _left -= needed;
                return;
            }

            place = _waiting.AddLast((needed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        using (cancellationToken.Register(() => GiveUp(place, cancellationToken)))
        {
            await place.Value.Granted.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="bytes">As many as were taken.</param>
    public void Return(long bytes)
    {
        lock (_gate)
        {
            _left += Math.Min(bytes, _total);
            Grant();
        }
    }

    private void GiveUp(LinkedListNode<(long Bytes, TaskCompletionSource Granted)> place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
                place.Value.Granted.SetCanceled(cancellationToken);
                Grant();
            }
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && first.Value.Bytes <= _left)
        {
            _waiting.RemoveFirst();
            _left -= first.Value.Bytes;
            first.Value.Granted.SetResult();
        }
    }
}
