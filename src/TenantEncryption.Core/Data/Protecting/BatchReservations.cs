using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Protecting;

/// <summary>
/// The right to wrap of one command's batches. It is reserved for the next batch while one is written: the store's lock, and its flush to the disk, are
/// waited for where nothing else waits for them. Disposing it gives up what no batch took.
/// </summary>
internal sealed class BatchReservations(
    WrapReservations reservations, CatalogWriter catalog, Operation operation, string tenantId, ProtectOptions options) : IAsyncDisposable
{
    /// <summary>How often a batch is begun when its keys change meanwhile.</summary>
    public const int Attempts = 3;

    private readonly Lock _gate = new();
    private Task<Reserved>? _next;
    private int _underWay;
    private TaskCompletionSource? _idle;

    /// <summary>The most files of a batch.</summary>
    public int Most { get; } = (int)Math.Min(FileBatches.Largest, reservations.LargestBlock);

    /// <summary>Whether it may be reserved ahead. Where a batch may use a key up, the next one's reservation rotates it: two at a time would make each other begin again.</summary>
    public bool Overlap => Most == FileBatches.Largest;

    /// <summary>A batch of files, under what was reserved ahead, or else is reserved now.</summary>
    public async Task<ProtectBatch> BeginAsync(IReadOnlyList<FileRequest> files, int first, CancellationToken cancellationToken)
    {
        Task<Reserved>? next = _next;
        _next = null;
        return NewBatch(files, first, await ReservedAsync(next, files.Count, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A batch of files whose first try met other keys, under the keys of now.</summary>
    public async Task<ProtectBatch> BeginAgainAsync(IReadOnlyList<FileRequest> files, int first, CancellationToken cancellationToken) =>
        NewBatch(files, first, await ReserveAsync(files.Count, cancellationToken).ConfigureAwait(false));

    /// <summary>Begins to reserve for the next batch.</summary>
    public void ReserveAhead(CancellationToken cancellationToken) => _next = Task.Run(() => ReserveAsync(Most, cancellationToken), CancellationToken.None);

    /// <summary>Ends a batch: what it did not use is given up, unless its confirmation closed the reservation.</summary>
    public async Task EndAsync(ProtectBatch batch)
    {
        try
        {
            batch.Dispose();
            if (batch.IsClosed)
            {
                reservations.Release();
            }
            else
            {
                await GiveUpAsync(batch.Reservation, batch.Wrapped).ConfigureAwait(false);
            }
        }
        finally
        {
            Ended();
        }
    }

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
            await GiveUpAsync((await left.ConfigureAwait(false)).Reservation, wrapped: 0).ConfigureAwait(false);
        }
    }

    private ProtectBatch NewBatch(IReadOnlyList<FileRequest> files, int first, Reserved reserved)
    {
        lock (_gate)
        {
            _underWay++;
        }

        return new([.. files.Select((file, index) => new BatchFile(file, first + index))], reserved.State, reserved.Context, reserved.Reservation);
    }

    // The batches before may have filled the disk that the store is on: each gives up what leaves no room for the others while it settles.
    private async Task<Reserved> ReservedAsync(Task<Reserved>? ahead, int wraps, CancellationToken cancellationToken)
    {
        Task settled = WhenNoneIsUnderWay();
        bool mayGiveRoom = ahead is not null || !settled.IsCompleted;
        try
        {
            return await (ahead ?? ReserveAsync(wraps, cancellationToken)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure) when (mayGiveRoom && SessionKeeper.IsOfStore(failure))
        {
            await settled.WaitAsync(cancellationToken).ConfigureAwait(false);
            return await ReserveAsync(wraps, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Reserved> ReserveAsync(int wraps, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            TenantKeyState state = await reservations.RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
            EncryptionContext context = TenantContext.Of(state.Tenant, options.EncryptionContext);
            WrapReservation? reservation = await reservations.ReserveAsync(
                operation, state, open: null, wraps, report: null, cancellationToken).ConfigureAwait(false);
            if (reservation is not null)
            {
                return new Reserved(state, context, reservation);
            }
        }

        throw new TenantEncryptionException(ErrorCodes.LeaseLost);
    }

    private async Task GiveUpAsync(WrapReservation reservation, long wrapped)
    {
        try
        {
            await catalog.CloseAsync(operation, reservation, wrapped).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure) when (SessionKeeper.IsOfStore(failure))
        {
            // It is owed, and the files themselves have said what became of them.
        }
        finally
        {
            reservations.Release();
        }
    }

    private Task WhenNoneIsUnderWay()
    {
        lock (_gate)
        {
            return _underWay == 0 ? Task.CompletedTask : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Ended()
    {
        lock (_gate)
        {
            if (--_underWay == 0)
            {
                _idle?.SetResult();
                _idle = null;
            }
        }
    }

    private sealed record Reserved(TenantKeyState State, EncryptionContext Context, WrapReservation Reservation);
}
