using System.Runtime.CompilerServices;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Files;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>A process's work on a Reencrypt: it claims ranges until none is left, and ends the migration when nobody else has one either.</summary>
internal sealed class RangeWork(
    RangeTools tools, RangeClaims claims, WrapReservations reservations, ProtectSteps steps, SessionKeeper session, IStore store, ReachableSpaces spaces, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SettleInterval = TimeSpan.FromSeconds(1);

    /// <summary>Works to the end.</summary>
    /// <returns>The migration, Completed; Suspended where what is left is in spaces that this process doesn't see.</returns>
    public async Task<KeyMigration> RunAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken)
    {
        run.Progress?.Report(migration);
        var options = new ProtectOptions { DegreeOfParallelism = run.DegreeOfParallelism, Force = true };
        var batches = new BatchReservations(reservations, steps.Catalog, operation, migration.TenantId, options);
        await using ConfiguredAsyncDisposable disposed = batches.ConfigureAwait(false);
        using YieldingThread? yielding = run.LowPriority ? new YieldingThread() : null;
        var command = new ProtectCommand(operation, options, new FileProgress(null, []), batches, new ProtectNotes()) { Yielding = yielding };
        var supply = new RangeSupply(claims, migration, run, spaces, part => Begin(command, part), command);
        KeyMigration told = migration;
        while (true)
        {
            await SettleAsync(migration, cancellationToken).ConfigureAwait(false);
            long settled = time.GetTimestamp();
            await foreach (FileOutcome<ProtectedFile> _ in FileBatches.RunAsync(supply, batches.Overlap, cancellationToken).ConfigureAwait(false))
            {
                // What became of it was noted with its range.
                if (supply.Latest is { } latest && latest != told)
                {
                    run.Progress?.Report(told = latest);
                }
            }

            (RangesLeft left, KeyMigration now) = await claims.TryFinishAsync(operation, migration, run.Runner, cancellationToken).ConfigureAwait(false);
            while (left == RangesLeft.WithOthers && time.GetElapsedTime(settled) < SettleInterval)
            {
                run.Progress?.Report(now);
                await Task.Delay(LookInterval, time, cancellationToken).ConfigureAwait(false);
                (left, now) = await claims.TryFinishAsync(operation, migration, run.Runner, cancellationToken).ConfigureAwait(false);
            }

            switch (left)
            {
                case RangesLeft.None:
                    run.Progress?.Report(now);
                    return now;
                case RangesLeft.Elsewhere:
                    return now;
            }
        }
    }

    // A writer that died leaves entries behind that are pending for ever, if nobody settles them.
    private async Task SettleAsync(KeyMigration migration, CancellationToken cancellationToken)
    {
        foreach (string address in await claims.ListSpacesAsync(migration, cancellationToken).ConfigureAwait(false))
        {
            await CatalogRecovery.SettleAsync(store, session, spaces.At(address), cancellationToken).ConfigureAwait(false);
        }
    }

    private IFileBatch<FileOutcome<ProtectedFile>> Begin(ProtectCommand command, RangePart part)
    {
        var notes = new RangeNotes(tools.Work, part);
        ProtectCommand noted = command with { Notes = notes };
        if (part.Space is BucketSpace bucket)
        {
            return new ObjectRangeRun(new ObjectRewriter(tools, notes, bucket, time), steps with { Catalog = new CatalogWriter(tools.Work, bucket, time) }, noted, part);
        }

        OutputFolder.Survey(tools.Effects, part.Requests, time.GetUtcNow(), command.Operation.WarnOnce);
        var run = new ProtectRun(steps with { Writer = new BatchWriter(new FileRewriter(tools, notes), time) }, noted, part.Requests, first: 0, isLast: false);
        return new RangeRun(run, new FolderMarks(tools.Effects, part.Requests));
    }
}
