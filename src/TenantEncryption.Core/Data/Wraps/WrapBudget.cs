using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Wraps;

/// <summary>
/// The wraps of values that a session may make for one tenant: reserved in the store in growing blocks before they are made, so that
/// a crash over-counts and never under-counts, and given back when they were not used.
/// </summary>
internal sealed class WrapBudget(UnitOfWork work, WrapReservations reservations, string tenantId) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly object _fast = new();
    private WrapReservation? _reservation;
    private long _remaining;
    private long _used;
    private long _reported;

    /// <summary>Takes one wrap under the tenant's keys as they are at most one second ago.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="state">The tenant's keys.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The keys under which the wrap may be made: <paramref name="state"/>, or newer ones.</returns>
    public ValueTask<TenantKeyState> TakeAsync(Operation operation, TenantKeyState state, CancellationToken cancellationToken)
    {
        lock (_fast)
        {
            if (_remaining > 0 && _reservation!.Epoch == state.Tenant.Epoch)
            {
                _remaining--;
                _used++;
                return ValueTask.FromResult(state);
            }
        }

        return new ValueTask<TenantKeyState>(TakeSlowlyAsync(operation, cancellationToken));
    }

    /// <summary>Gives back what was not used.</summary>
    public async ValueTask CloseAsync(Operation operation)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseOpenAsync(operation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<TenantKeyState> TakeSlowlyAsync(Operation operation, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                TenantKeyState state = await reservations.RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
                lock (_fast)
                {
                    if (_remaining > 0 && _reservation!.Epoch == state.Tenant.Epoch)
                    {
                        _remaining--;
                        _used++;
                        return state;
                    }
                }

                if (_reservation is not null && _reservation.Epoch != state.Tenant.Epoch)
                {
                    await CloseOpenAsync(operation).ConfigureAwait(false);
                }

                await ExtendAsync(operation, state, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ExtendAsync(Operation operation, TenantKeyState state, CancellationToken cancellationToken)
    {
        long block = Math.Min(reservations.LargestBlock, Math.Max(1, _reservation?.Wraps ?? 1));
        long values = block < WrapReservations.ReportedBlock ? 0 : Unreported();
        WrapReservation? extended = await reservations.ReserveAsync(
            operation, state, _reservation, block, (change, reservation) => Report(change, reservation, values), cancellationToken).ConfigureAwait(false);
        if (extended is null)
        {
            // The keys changed, or this process was taken for dead: begin anew.
            await CloseOpenAsync(operation).ConfigureAwait(false);
            return;
        }

        _reported += values;
        lock (_fast)
        {
            _reservation = extended;
            _remaining += block;
        }
    }

    private async Task CloseOpenAsync(Operation operation)
    {
        WrapReservation? open;
        long unused;
        lock (_fast)
        {
            (open, unused, _reservation, _remaining) = (_reservation, _remaining, null, 0);
        }

        if (open is null)
        {
            return;
        }

        long values = Unreported();
        _reported += values;
        try
        {
            await work.RecordAsync(
                operation,
                StoreScope.Of(tenantId),
                async change =>
                {
                    await change.Store.Keys.CloseReservationAsync(open, unused, fileWraps: 0).ConfigureAwait(false);
                    Report(change, open, values);
                }).ConfigureAwait(false);
        }
        finally
        {
            reservations.Release();
        }
    }

    private long Unreported() => Interlocked.Read(ref _used) - _reported;

    // A long-lived session tells of its values at each large block; a short one, when it ends.
    private void Report(Change change, WrapReservation reservation, long values)
    {
        if (values > 0)
        {
            change.Record(
                EventTypes.DataProtected,
                tenantId,
                new JObject { ["values"] = values, ["kekId"] = reservation.KekId, ["providerId"] = reservation.ProviderId });
        }
    }
}
