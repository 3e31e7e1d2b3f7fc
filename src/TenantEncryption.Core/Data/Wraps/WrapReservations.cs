using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Data.Wraps;

/// <summary>Reserves wraps under a tenant's Current key, in the epoch that the writer knows, and rotates a key that is worn out.</summary>
internal sealed class WrapReservations(UnitOfWork work, KeyLeases leases, KeyService keys, SessionKeeper session, long wrapLimit)
{
    /// <summary>After so many wraps a key is rotated by itself; NIST SP 800-38D §8.3 allows 2^32 with random 96-bit IVs.</summary>
    public const long DefaultWrapLimit = 1L << 30;

    public const long ReportedBlock = 16_384;

    /// <summary>The most wraps to reserve at once.</summary>
    public long LargestBlock => Math.Min(ReportedBlock, wrapLimit);

    /// <summary>The tenant's keys, read now.</summary>
    public Task<TenantKeyState> RefreshAsync(string tenantId, CancellationToken cancellationToken) => leases.RefreshAsync(tenantId, cancellationToken);

    /// <summary>Whether the tenant's messages have their data keys made by KMS directly, now.</summary>
    public static bool IsDirect(TenantKeyState state) =>
        state.Tenant.KeyHierarchy == KeyHierarchy.Direct && state.Active.Type == KeyProviderType.AwsKms;

    /// <summary>Reserves wraps.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="state">The keys that the writer knows.</param>
    /// <param name="open">An open reservation to extend, or <see langword="null"/>.</param>
    /// <param name="wraps">How many.</param>
    /// <param name="report">Told, within the transaction, when an open reservation grows by a large block.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The reservation; <see langword="null"/> when the keys changed meanwhile, or were rotated here: the writer looks again.</returns>
    public async Task<WrapReservation?> ReserveAsync(
        Operation operation,
        TenantKeyState state,
        WrapReservation? open,
        long wraps,
        Action<Change, WrapReservation>? report,
        CancellationToken cancellationToken)
    {
        string tenantId = state.Tenant.TenantId;
        string? kekId = IsDirect(state) ? null : state.Current.KekId;
        var reservation = new WrapReservation(
            open?.Id ?? Identifiers.New("res-"), tenantId, kekId, state.Active.Id, state.Tenant.Epoch, (open?.Wraps ?? 0) + wraps, session.Id);
        bool wornOut = false;
        bool reserved = await work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                wornOut = false;
                if (!await change.Store.Tenants.FenceAsync(tenantId, reservation.Epoch).ConfigureAwait(false)
                    || (open is not null && await change.Store.Keys.FindReservationAsync(open.Id).ConfigureAwait(false) is null))
                {
                    return false;
                }

                wornOut = kekId is not null && await IsWornOutAsync(change.Store, kekId, wraps).ConfigureAwait(false);
                if (wornOut)
                {
                    return false;
                }

                if (open is null)
                {
                    await session.PutAsync(change.Store).ConfigureAwait(false);
                }

                await change.Store.Keys.ReserveAsync(reservation, wraps).ConfigureAwait(false);
                report?.Invoke(change, reservation);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (wornOut)
        {
            await RotateAsync(operation, tenantId, kekId!, cancellationToken).ConfigureAwait(false);
        }

        if (!reserved)
        {
            return null;
        }

        if (open is null)
        {
            session.Hold();
        }

        return reservation;
    }

    /// <summary>Says that a reservation is closed.</summary>
    public void Release() => session.Release();

    /// <summary>Whether a reservation is still open and in the tenant's epoch: only then may what was written under it take its place.</summary>
    public static async Task<bool> IsValidAsync(IStoreTransaction transaction, WrapReservation reservation) =>
        await transaction.Tenants.FenceAsync(reservation.TenantId, reservation.Epoch).ConfigureAwait(false)
        && await transaction.Keys.FindReservationAsync(reservation.Id).ConfigureAwait(false) is not null;

    // Looked at where the wraps are counted: two writers at once must not pass the limit together.
    private async Task<bool> IsWornOutAsync(IStoreTransaction transaction, string kekId, long wraps) =>
        await transaction.Keys.CountWrapsAsync(kekId).ConfigureAwait(false) is { } reserved && reserved + wraps > wrapLimit;

    private async Task RotateAsync(Operation operation, string tenantId, string kekId, CancellationToken cancellationToken)
    {
        try
        {
            await keys.RotateAsync(operation, tenantId, replacing: kekId, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.LeaseLost)
        {
            // The provider changed meanwhile, and with it the Current key: the writer looks again.
        }
    }
}
