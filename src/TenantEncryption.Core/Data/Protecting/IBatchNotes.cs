using TenantEncryption.Changes;

namespace TenantEncryption.Data.Protecting;

/// <summary>What a command puts on record with its batches.</summary>
internal interface IBatchNotes
{
    /// <summary>Refuses, in the transaction before a batch's files take their names, what may not go on.</summary>
    /// <param name="change">The change.</param>
    /// <returns>When it was looked.</returns>
    Task RequireAsync(Change change);

    /// <summary>Notes, in the transaction that catalogues a batch's messages, what became of them.</summary>
    /// <param name="change">The change.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="catalogued">Those of its files whose messages are catalogued.</param>
    /// <returns>When it is noted.</returns>
    Task NoteAsync(Change change, ProtectBatch batch, IReadOnlyCollection<BatchFile> catalogued);
}
