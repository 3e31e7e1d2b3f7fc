using TenantEncryption.Changes;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Errors;
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

                await command.Notes.RequireAsync(change).ConfigureAwait(false);
                await change.Store.Catalog.AddPendingAsync(batch.Reservation.Id, Entries(batch, batch.Written)).ConfigureAwait(false);
                batch.Known = new Dictionary<string, string>(await FindReplacedAsync(change, batch).ConfigureAwait(false), StringComparer.Ordinal);
                return true;
            },
            CancellationToken.None),
        batch.GiveUpUnnamed);

    /// <summary>Confirms the entries of a batch's messages that have their names; when their key is gone, the names are given back.</summary>
    public async Task ConfirmAsync(ProtectCommand command, ProtectBatch batch)
    {
        if (!await TryConfirmAsync(command, batch).ConfigureAwait(false))
        {
            await batch.WithdrawAllAsync().ConfigureAwait(false);
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
            bool confirmed = await WithRoomAsync(command, () => ConfirmOnceAsync(command, batch), batch.GiveUpNamed).ConfigureAwait(false);
            batch.IsClosed |= confirmed;
            return confirmed;
        }
        catch (TenantEncryptionException failure) when (SessionKeeper.IsOfStore(failure))
        {
            // What has its name and can't be taken back stays pending, which counts as catalogued.
            work.Owe(() => ConfirmOnceAsync(command, batch));
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

    private async Task<bool> ConfirmOnceAsync(ProtectCommand command, ProtectBatch batch)
    {
        while (true)
        {
            List<(BatchFile File, string There)> unclear = [];
            bool confirmed = await work.ChangeAsync(
                command.Operation,
                StoreScope.Of(batch.Reservation.TenantId),
                async change =>
                {
                    unclear = await ListUnclearAsync(change, batch).ConfigureAwait(false);
                    return unclear.Count == 0 && await ConfirmAsync(change, command, batch).ConfigureAwait(false);
                },
                CancellationToken.None).ConfigureAwait(false);
            if (unclear.Count == 0)
            {
                return confirmed;
            }

            foreach ((BatchFile file, string there) in unclear)
            {
                await LookAsync(batch, file, there).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ConfirmAsync(Change change, ProtectCommand command, ProtectBatch batch)
    {
        List<BatchFile> catalogued = await ListCataloguedAsync(change, batch).ConfigureAwait(false);
        if (await change.Store.Keys.FindReservationAsync(batch.Reservation.Id).ConfigureAwait(false) is null
            && !await AddAgainAsync(change, batch, catalogued).ConfigureAwait(false))
        {
            return false;
        }

        List<CatalogEntry> staying = await ListStayingAsync(change, catalogued).ConfigureAwait(false);
        int confirmed = await change.Store.Catalog.ConfirmAsync(batch.Reservation.Id, space.Address, KeysBut(batch, catalogued)).ConfigureAwait(false);
        if (confirmed != catalogued.Count)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LeaseLost, $"The catalog has {confirmed} pending entries of {catalogued.Count} files that took their names.");
        }

        if (staying.Count > 0)
        {
            await change.Store.Catalog.AddAsync(staying).ConfigureAwait(false);
        }

        string[] unsettled = [.. batch.Written.Where(file => file.IsUnsettled).Select(KeyOf)];
        await change.Store.Catalog.RemovePendingAsync(
            batch.Reservation.Id, space.Address, unsettled.Length == 0 ? null : unsettled).ConfigureAwait(false);
        await change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.Reservation.Wraps - batch.Wrapped, batch.Wrapped).ConfigureAwait(false);
        await command.Notes.NoteAsync(change, batch, catalogued).ConfigureAwait(false);
        return true;
    }

    // Who else wrote to the same name meanwhile may have been first or last: that the message is there tells.
    private async Task<List<(BatchFile File, string There)>> ListUnclearAsync(Change change, ProtectBatch batch)
    {
        BatchFile[] sure = [.. batch.Named.Where(file => file.Replaces is null && !file.IsOvertaken && !file.IsUnsettled)];
        if (sure.Length == 0)
        {
            return [];
        }

        IReadOnlyDictionary<string, string> now = await FindReplacedAsync(change, batch).ConfigureAwait(false);
        return
        [
            .. sure
                .Select(file => (File: file, There: now.GetValueOrDefault(KeyOf(file))))
                .Where(one => one.There is not null && one.There != one.File.Written!.MessageId && one.There != batch.Known.GetValueOrDefault(KeyOf(one.File)))
                .Select(one => (one.File, one.There!)),
        ];
    }

    private async Task LookAsync(ProtectBatch batch, BatchFile file, string there)
    {
        switch (await space.HoldsAsync(space.NameOf(file.Request.Destination), file.Written!.MessageId, CancellationToken.None).ConfigureAwait(false))
        {
            case true:
                batch.Known[KeyOf(file)] = there;
                break;
            case false:
                file.IsOvertaken = true;
                file.Warn("Another message took its place as soon as it was there.");
                break;
            case null:
                file.IsUnsettled = true;
                break;
        }
    }

    private Task<IReadOnlyDictionary<string, string>> FindReplacedAsync(Change change, ProtectBatch batch) =>
        change.Store.Catalog.FindReplacedAsync(batch.Reservation.Id, space.Address);

    // This process was taken for dead after it catalogued: its entries may be gone, and then the key may be, too.
    private async Task<bool> AddAgainAsync(Change change, ProtectBatch batch, List<BatchFile> catalogued)
    {
        bool keyIsThere = batch.Reservation.KekId is { } kekId
            ? await change.Store.Keys.CountWrapsAsync(kekId).ConfigureAwait(false) is not null
            : await change.Store.Providers.FindAsync(batch.Reservation.ProviderId).ConfigureAwait(false) is not null;
        List<CatalogEntry> named = Entries(batch, catalogued);
        if (keyIsThere)
        {
            await change.Store.Catalog.RemovePendingAsync(batch.Reservation.Id, space.Address).ConfigureAwait(false);
            await change.Store.Catalog.RemoveAsync([.. named.Select(entry => entry.MessageId)]).ConfigureAwait(false);
            await change.Store.Catalog.AddPendingAsync(batch.Reservation.Id, named).ConfigureAwait(false);
        }

        return keyIsThere || named.Count == 0;
    }

    // Who replaced a message after it was read, and before or after this one took its place, has the last word.
    private async Task<List<BatchFile>> ListCataloguedAsync(Change change, ProtectBatch batch)
    {
        BatchFile[] named = [.. batch.Named.Where(file => !file.IsOvertaken && !file.IsUnsettled)];
        string[] replaced = [.. named.Where(file => file.Replaces is not null).Select(KeyOf)];
        if (replaced.Length == 0)
        {
            return [.. named];
        }

        IReadOnlyDictionary<string, string> known = await change.Store.Catalog.FindMessageIdsAsync(space.Address, replaced).ConfigureAwait(false);
        return [.. named.Where(file =>
            file.Replaces is null || !known.TryGetValue(KeyOf(file), out string? id) || id == file.Replaces || id == file.Written!.MessageId)];
    }

    // An older version of an object is a message of its own, and holds its key as long as it is there.
    private async Task<List<CatalogEntry>> ListStayingAsync(Change change, List<BatchFile> catalogued)
    {
        List<CatalogEntry> staying = [];
        foreach (BatchFile file in catalogued.Where(file => file.StayingVersion is not null))
        {
            if (await change.Store.Catalog.FindAsync(space.Address, KeyOf(file)).ConfigureAwait(false) is { } before && before.MessageId != file.Written!.MessageId)
            {
                staying.Add(before with { Version = file.StayingVersion! });
            }
        }

        return staying;
    }

    private string KeyOf(BatchFile file) => space.KeyOf(space.NameOf(file.Request.Destination));

    private IReadOnlyList<string> KeysBut(ProtectBatch batch, List<BatchFile> catalogued) =>
        [.. batch.Written.Except(catalogued).Select(KeyOf)];

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
                Key = KeyOf(file),
                Name = space.NameOf(file.Request.Destination),
                KekId = reservation.KekId,
                DirectProviderId = reservation.KekId is null ? reservation.ProviderId : null,
                Length = file.Written.Length,
                CreatedAt = now,
            }),
        ];
    }
}
