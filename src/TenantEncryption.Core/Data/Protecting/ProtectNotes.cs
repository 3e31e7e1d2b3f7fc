using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;

namespace TenantEncryption.Data.Protecting;

/// <summary>Tells of the files that a command protected.</summary>
internal sealed class ProtectNotes : IBatchNotes
{
    /// <inheritdoc/>
    public Task RequireAsync(Change change) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task NoteAsync(Change change, ProtectBatch batch, IReadOnlyCollection<BatchFile> catalogued)
    {
        if (catalogued.Count + batch.FailedCount > 0)
        {
            change.Record(
                EventTypes.DataProtected,
                batch.State.Tenant.TenantId,
                new JObject
                {
                    ["files"] = batch.Durable.Count(),
                    ["bytes"] = catalogued.Sum(file => file.Written!.Length),
                    ["failed"] = batch.FailedCount,
                    ["kekId"] = batch.Reservation.KekId,
                    ["providerId"] = batch.Reservation.ProviderId,
                });
        }

        return Task.CompletedTask;
    }
}
