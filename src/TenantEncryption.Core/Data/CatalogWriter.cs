using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Journal;

namespace TenantEncryption.Data;

/// <summary>Writes a batch's entries into the catalog: Pending before its files take their names, and confirmed, with its event, after.</summary>
internal sealed class CatalogWriter(ChangeJournal journal, TimeProvider time)
{
    /// <summary>Adds the entries of a batch's messages, as Pending, if they may still be under the keys of its reservation.</summary>
    /// <returns>Whether they were added; else the batch has to be written again, under the keys of now.</returns>
    public Task<bool> AddPendingAsync(Operation operation, ProtectBatch batch)
    {
        IReadOnlyList<CatalogEntry> entries = batch.Entries(time.GetUtcNow());
        return journal.ChangeAsync(
            operation,
            async change =>
            {
                if (!await KeyReservations.IsValidAsync(change.Store, batch.Reservation).ConfigureAwait(false))
                {
                    return false;
                }

                await change.Store.Catalog.AddPendingAsync(entries).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None);
    }

    /// <summary>Confirms the entries of a batch's messages that have their names; when their key is gone, the names are given back.</summary>
    public async Task ConfirmAsync(Operation operation, ProtectBatch batch)
    {
        if (!await TryConfirmAsync(operation, batch).ConfigureAwait(false))
        {
            batch.WithdrawAll();
            await TryConfirmAsync(operation, batch).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up the reservation of a batch that was not confirmed.</summary>
    public Task CloseAsync(Operation operation, ProtectBatch batch) =>
        batch.Closed
            ? Task.CompletedTask
            : journal.ChangeAsync(
                operation,
                change => change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.UnusedWraps, batch.Wrapped),
                CancellationToken.None);

    private Task<bool> TryConfirmAsync(Operation operation, ProtectBatch batch) =>
        journal.ChangeAsync(
            operation,
            async change =>
            {
                if (await change.Store.Keys.FindReservationAsync(batch.Reservation.Id).ConfigureAwait(false) is null
                    && !await AddAgainAsync(change, batch).ConfigureAwait(false))
                {
                    return false;
                }

                IReadOnlyList<string> named = batch.NamedMessageIds;
                await change.Store.Catalog.ConfirmAsync(named).ConfigureAwait(false);
                await change.Store.Catalog.RemoveAsync(batch.UnnamedMessageIds).ConfigureAwait(false);
                await change.Store.Keys.CloseReservationAsync(batch.Reservation, batch.UnusedWraps, batch.Wrapped).ConfigureAwait(false);
                batch.NoteClosed();
                if (named.Count + batch.FailedCount > 0)
                {
                    await change.RecordAsync(
                        EventTypes.DataProtected,
                        batch.State.Tenant.TenantId,
                        new JObject
                        {
                            ["files"] = named.Count,
                            ["bytes"] = batch.Bytes,
                            ["failed"] = batch.FailedCount,
                            ["kekId"] = batch.Reservation.KekId,
                            ["providerId"] = batch.Reservation.ProviderId,
                        }).ConfigureAwait(false);
                }

                return true;
            },
            CancellationToken.None);

    // This process was taken for dead after it catalogued: its entries may be gone, and then the key may be, too.
    private async Task<bool> AddAgainAsync(Change change, ProtectBatch batch)
    {
        bool keyIsThere = batch.Reservation.KekId is { } kekId
            ? await change.Store.Keys.FindAsync(kekId).ConfigureAwait(false) is not null
            : await change.Store.Providers.FindAsync(batch.Reservation.ProviderId).ConfigureAwait(false) is not null;
        IReadOnlyList<string> named = batch.NamedMessageIds;
        if (keyIsThere)
        {
            await change.Store.Catalog.RemoveAsync(named).ConfigureAwait(false);
            await change.Store.Catalog.AddPendingAsync(batch.NamedEntries(time.GetUtcNow())).ConfigureAwait(false);
        }

        return keyIsThere || named.Count == 0;
    }
}
