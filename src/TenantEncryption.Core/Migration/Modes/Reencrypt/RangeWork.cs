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
    RangeTools tools, RangeClaims claims, WrapReservations reservations, ProtectSteps steps, SessionKeeper session, IStore store, IObjectSpace space, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

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
        var supply = new RangeSupply(claims, migration, run, part => Begin(command, part), command);
        KeyMigration told = migration;
        while (true)
        {
            await foreach (FileOutcome<ProtectedFile> _ in FileBatches.RunAsync(supply, batches.Overlap, cancellationToken).ConfigureAwait(false))
            {
                // What became of it was noted with its range.
                if (supply.Latest is { } latest && latest != told)
                {
                    run.Progress?.Report(told = latest);
                }
            }

            (RangesLeft left, KeyMigration now) = await claims.TryFinishAsync(operation, migration, run.Runner, cancellationToken).ConfigureAwait(false);
            switch (left)
            {
                case RangesLeft.None:
                    run.Progress?.Report(now);
                    return now;
                case RangesLeft.Elsewhere:
                    return now;
                case RangesLeft.WithOthers:
                    // A writer that died leaves entries behind that are pending for ever, if nobody settles them.
                    await CatalogRecovery.SettleAsync(store, session, space, cancellationToken).ConfigureAwait(false);
                    run.Progress?.Report(now);
                    await Task.Delay(LookInterval, time, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private RangeRun Begin(ProtectCommand command, RangePart part)
    {
        var batch = new RangeBatch(tools, part);
        OutputFolder.Survey(tools.Effects, part.Requests, time.GetUtcNow(), command.Operation.WarnOnce);
        var run = new ProtectRun(steps with { Writer = new BatchWriter(batch, time) }, command with { Notes = batch }, part.Requests, first: 0, isLast: false);
        return new RangeRun(run, new FolderMarks(tools.Effects, part.Requests));
    }
}
