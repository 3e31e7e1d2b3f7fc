using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Protecting;

/// <summary>Writes a batch's entries into the catalog: pending before its files take their names, and confirmed, with its event, after.</summary>
internal sealed class CatalogWriter(UnitOfWork work, IObjectSpace space, TimeProvider time)
{
    /// <summary>Adds the entries of a batch's messages, as pending, if they may still be under the keys of its reservation.</summary>
    /// <returns>Whether they were added; else the batch has to be written again, under the keys of now.</returns>
    public Task<bool> AddPendingAsync(ProtectCommand command, ProtectBatch batch) => WithRoomAsync(
        command,
        () => !batch.Written.Any() ? Task.FromResult(true) : work.ChangeAsync(
            command.Operation,
            StoreScope.Of(batch.Reservation.TenantId),
            async change =>
            {
                if (!await WrapReservations.IsValidAsync(change.Store, batch.Reservation).ConfigureAwait(false))
                {
                    return false;
                }

                await change.Store.Catalog.AddPendingAsync(batch.Reservation.Id, Entries(batch, batch.Written)).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None),
        batch.GiveUpUnnamed);

    /// <summary>Confirms the entries of a batch's messages that have their names; when their key is gone, the names are given back.</summary>
    public async Task ConfirmAsync(ProtectCommand command, ProtectBatch batch)
    {
        if (!await TryConfirmAsync(command, batch).ConfigureAwait(false))
        {
            batch.WithdrawAll();
            await TryConfirmAsync(command, batch).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up a reservation under which nothing was confirmed.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="reservation">The reservation.</param>
    /// <param name="wrapped">How many of its wraps were made.</param>
    public Task CloseAsync(Operation operation, WrapReservation reservation, long wrapped) =>
        work.RecordAsync(
            operation,
            StoreScope.Of(reservation.TenantId),
            change => change.Store.Keys.CloseReservationAsync(reservation, reservation.Wraps - wrapped, wrapped));

    private async Task<bool> TryConfirmAsync(ProtectCommand command, ProtectBatch batch)
    {
        try
        {
            bool confirmed = await WithRoomAsync(command, () => ConfirmOnceAsync(command.Operation, batch), batch.GiveUpNamed).ConfigureAwait(false);
            batch.IsClosed |= confirmed;
            return confirmed;
        }
        catch (TenantEncryptionException failure) when (SessionKeeper.IsOfStore(failure))
        {
            // What has its name and can't be taken back stays pending, which counts as catalogued.
            work.Owe(() => ConfirmOnceAsync(command.Operation, batch));
            batch.IsClosed = true;
            return true;
        }
    }

    // The store may be on the disk that the batch itself has filled: some of its files go, so that the others can be catalogued.
    private static async Task<bool> WithRoomAsync(ProtectCommand command, Func<Task<bool>> commit, Func<TenantEncryptionException, bool> giveUpSome)
    {
        try
        {
            while (true)
            {
                try
                {
                    return await commit().ConfigureAwait(false);
                }
                catch (TenantEncryptionException failure) when (failure.Code == ErrorCodes.StorageFailed)
                {
                    await command.Pause.BeginAsync().ConfigureAwait(false);
                    if (!giveUpSome(failure))
                    {
                        throw;
                    }
                }
            }
        }
        finally
        {
            command.Pause.End();
        }
    }

    private Task<bool> ConfirmOnceAsync(Operation operation, ProtectBatch batch) =>
        work.ChangeAsync(
            operation,
            StoreScope.Of(batch.Reservation.TenantId),
            async change =>
            {
                if (await change.Store.Keys.FindReservationAsync(batch.Reservation.Id).ConfigureAwait(false) is null
                    && !await AddAgainAsync(change, batch).ConfigureAwait(false))
                {
                    return false;
                }

                int named = batch.Named.Count();
                int confirmed = await change.Store.Catalog.ConfirmAsync(batch.Reservation.Id, space.Address, UnnamedKeys(batch)).ConfigureAwait(false);
                if (confirmed != named)
                {
                    throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"The catalog has {confirmed} pending entries of {named} files that took their names.");
                }

                await change.Store.Catalog.RemovePendingAsync(batch.Reservation.Id, space.Address).ConfigureAwait(false);
                await change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.Reservation.Wraps - batch.Wrapped, batch.Wrapped).ConfigureAwait(false);
                if (named + batch.FailedCount > 0)
                {
                    change.Record(
                        EventTypes.DataProtected,
                        batch.State.Tenant.TenantId,
                        new JObject
                        {
                            ["files"] = batch.Durable.Count(),
                            ["bytes"] = batch.Named.Sum(file => file.Written!.Length),
                            ["failed"] = batch.FailedCount,
                            ["kekId"] = batch.Reservation.KekId,
                            ["providerId"] = batch.Reservation.ProviderId,
                        });
                }

                return true;
            },
            CancellationToken.None);

    // This process was taken for dead after it catalogued: its entries may be gone, and then the key may be, too.
    private async Task<bool> AddAgainAsync(Change change, ProtectBatch batch)
    {
        bool keyIsThere = batch.Reservation.KekId is { } kekId
            ? await change.Store.Keys.CountWrapsAsync(kekId).ConfigureAwait(false) is not null
            : await change.Store.Providers.FindAsync(batch.Reservation.ProviderId).ConfigureAwait(false) is not null;
        List<CatalogEntry> named = Entries(batch, batch.Named);
        if (keyIsThere)
        {
            await change.Store.Catalog.RemovePendingAsync(batch.Reservation.Id, space.Address).ConfigureAwait(false);
            await change.Store.Catalog.RemoveAsync([.. named.Select(entry => entry.MessageId)]).ConfigureAwait(false);
            await change.Store.Catalog.AddPendingAsync(batch.Reservation.Id, named).ConfigureAwait(false);
        }

        return keyIsThere || named.Count == 0;
    }

    // The destinations of the complete messages that could not take their names.
    private IReadOnlyList<string> UnnamedKeys(ProtectBatch batch) =>
        [.. batch.Written.Where(file => !file.IsNamed).Select(file => space.KeyOf(file.Request.Destination))];

    private List<CatalogEntry> Entries(ProtectBatch batch, IEnumerable<BatchFile> files)
    {
        DateTimeOffset now = time.GetUtcNow();
        WrapReservation reservation = batch.Reservation;
        return
        [
            .. files.Select(file => new CatalogEntry
            {
                MessageId = file.Written!.MessageId,
                TenantId = reservation.TenantId,
                Space = space.Address,
                Key = space.KeyOf(file.Request.Destination),
                Name = file.Request.Destination,
                KekId = reservation.KekId,
                DirectProviderId = reservation.KekId is null ? reservation.ProviderId : null,
                Length = file.Written.Length,
                CreatedAt = now,
            }),
        ];
    }
}
