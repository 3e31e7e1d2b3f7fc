namespace TenantEncryption.Data;

/// <summary>
/// Reserves the next batch's wraps while a batch is written: the store's lock, and its flush to the disk, are waited for where nothing else
/// waits for them. Disposing it gives up what no batch took.
/// </summary>
internal sealed class ReservationAhead(Func<int, CancellationToken, Task<ReservedWraps>> reserve, Func<ReservedWraps, Task> giveUp) : IAsyncDisposable
{
    private Task<ReservedWraps>? _next;

    /// <summary>What was reserved ahead, or else is reserved now.</summary>
    /// <param name="wraps">How many, when nothing was reserved ahead.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The wraps, which are the caller's to give up.</returns>
    public Task<ReservedWraps> TakeAsync(int wraps, CancellationToken cancellationToken)
    {
        Task<ReservedWraps>? next = _next;
        _next = null;
        return next ?? reserve(wraps, cancellationToken);
    }

    /// <summary>Begins to reserve for the next batch.</summary>
    /// <param name="wraps">How many it may need at most.</param>
    /// <param name="cancellationToken">Ends reserving.</param>
    public void Begin(int wraps, CancellationToken cancellationToken) =>
        _next = Task.Run(() => reserve(wraps, cancellationToken), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_next is not { } left)
        {
            return;
        }

        _next = null;
        await Task.WhenAny(left).ConfigureAwait(false);
        if (left.IsCompletedSuccessfully)
        {
            await giveUp(await left.ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
