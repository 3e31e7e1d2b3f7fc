using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Wraps;

namespace TenantEncryption.Data.Protecting;

/// <summary>
/// Protects files in batches. Each batch reserves its wraps, writes temporary files, has them catalogued as Pending, gives them
/// their names and confirms them: three transactions a batch. A batch whose keys changed meanwhile is written again.
/// </summary>
internal sealed class FileProtector(WrapReservations reservations, ProtectSteps steps)
{
    /// <summary>Protects files; those that fail don't stop the rest.</summary>
    public async IAsyncEnumerable<FileOutcome<ProtectedFile>> ProtectAsync(
        Operation operation,
        string tenantId,
        FileRequest[] files,
        ProtectOptions options,
        FileProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batches = new BatchReservations(reservations, steps.Catalog, operation, tenantId, options);
        await using ConfiguredAsyncDisposable disposed = batches.ConfigureAwait(false);
        var command = new ProtectCommand(operation, options, progress, batches, new ProtectNotes());
        await foreach (FileOutcome<ProtectedFile> outcome in FileBatches.RunAsync(
            new PlannedSupply<FileOutcome<ProtectedFile>>(
                files.Length,
                (first, end) => new CountedBatch<FileOutcome<ProtectedFile>>(
                    new ProtectRun(steps, command, files[first..Math.Min(first + batches.Most, end)], first, isLast: end >= files.Length), FileOutcomeCount.Count)),
            batches.Overlap,
            cancellationToken).ConfigureAwait(false))
        {
            yield return outcome;
        }
    }
}
