using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Data.Protecting;

/// <summary>Protects files as objects of buckets, in batches: entries that are pending, then objects, then entries that are confirmed.</summary>
internal sealed class ObjectProtector(
    IStore store, SessionKeeper session, ReachableSpaces spaces, WrapReservations reservations, UnitOfWork work, ObjectWriter writer, SourceRemover sources, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, bool> _settled = new(StringComparer.Ordinal);

    /// <summary>Protects files; those that fail don't stop the rest.</summary>
    public async IAsyncEnumerable<FileOutcome<ProtectedFile>> ProtectAsync(
        Operation operation,
        string tenantId,
        FileRequest[] files,
        ProtectOptions options,
        FileProgress progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int done = 0;
        foreach (FileRequest[] some in ByBucket(files))
        {
            BucketSpace space = spaces.Bucket(ObjectAddress.Parse(some[0].Destination).Bucket);
            await SettleAsync(space, cancellationToken).ConfigureAwait(false);
            var catalog = new CatalogWriter(work, space, time);
            var steps = new ObjectSteps(space, writer, catalog, sources, isLeft => NoteUnsettled(space, isLeft));
            var batches = new BatchReservations(reservations, catalog, operation, tenantId, options);
            await using ConfiguredAsyncDisposable disposed = batches.ConfigureAwait(false);
            var command = new ProtectCommand(operation, options, progress, batches, new ProtectNotes());
            int before = done;
            await foreach (FileOutcome<ProtectedFile> outcome in FileBatches.RunAsync(
                new PlannedSupply<FileOutcome<ProtectedFile>>(
                    some.Length,
                    (first, end) => new CountedBatch<FileOutcome<ProtectedFile>>(
                        new ObjectRun(steps, command, some[first..Math.Min(first + batches.Most, end)], before + first), FileOutcomeCount.Count)),
                batches.Overlap,
                cancellationToken).ConfigureAwait(false))
            {
                yield return outcome;
            }

            done += some.Length;
        }
    }

    /// <summary>Settles, once, what a writer that died left pending in a bucket. Where that can't be told now, it goes on to count.</summary>
    /// <param name="space">The bucket.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>When it is done.</returns>
    public async Task SettleAsync(BucketSpace space, CancellationToken cancellationToken)
    {
        if (_settled.TryAdd(space.Address, true))
        {
            await CatalogRecovery.SettleAsync(store, session, space, cancellationToken).ConfigureAwait(false);
        }
    }

    // The next command on the bucket looks again.
    private void NoteUnsettled(BucketSpace space, bool isLeft)
    {
        if (isLeft)
        {
            _settled.TryRemove(space.Address, out _);
        }
    }

    // Runs of one bucket, in the order of the files.
    private static IEnumerable<FileRequest[]> ByBucket(FileRequest[] files)
    {
        for (int first = 0, next; first < files.Length; first = next)
        {
            string bucket = ObjectAddress.Parse(files[first].Destination).Bucket;
            for (next = first + 1; next < files.Length && ObjectAddress.Parse(files[next].Destination).Bucket == bucket; next++)
            {
            }

            yield return files[first..next];
        }
    }
}
