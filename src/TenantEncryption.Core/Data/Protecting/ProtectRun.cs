using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Errors;

namespace TenantEncryption.Data.Protecting;

/// <summary>The work on one batch of files: as often as its keys change, it is written again.</summary>
/// <param name="steps">What is done with a batch.</param>
/// <param name="command">The command.</param>
/// <param name="files">The batch's files.</param>
/// <param name="first">The number of the first among those of the command.</param>
/// <param name="isLast">Whether the command has no further files.</param>
internal sealed class ProtectRun(ProtectSteps steps, ProtectCommand command, FileRequest[] files, int first, bool isLast) : IFileBatch<FileOutcome<ProtectedFile>>
{
    private ProtectBatch? _batch;

    /// <inheritdoc/>
    public async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        _batch = await command.Reservations.BeginAsync(files, first, cancellationToken).ConfigureAwait(false);
        if (command.Reservations.Overlap && !isLast)
        {
            command.Reservations.ReserveAhead(cancellationToken);
        }

        return await steps.Writer.WriteAsync(command, _batch, toItsEnd: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FileOutcome<ProtectedFile>>> SettleAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; !await steps.Catalog.AddPendingAsync(command, _batch!).ConfigureAwait(false); attempt++)
        {
            FileRequest[] taken = [.. _batch!.TakenFiles.Select(file => file.Request)];
            await DisposeAsync().ConfigureAwait(false);
            if (attempt == BatchReservations.Attempts)
            {
                throw new TenantEncryptionException(ErrorCodes.LeaseLost);
            }

            _batch = await command.Reservations.BeginAgainAsync(taken, first, cancellationToken).ConfigureAwait(false);
            await steps.Writer.WriteAsync(command, _batch, toItsEnd: true, cancellationToken).ConfigureAwait(false);
        }

        await command.YieldingAsync(() =>
        {
            steps.Names.Give(_batch!);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);

        // From here on the files have their names: the transaction must not be cancelled any more.
        await steps.Catalog.ConfirmAsync(command, _batch!).ConfigureAwait(false);
        if (command.Options.RemoveSource)
        {
            await steps.Sources.RemoveAsync(command.Operation, _batch!, command.Options.DegreeOfParallelism, cancellationToken).ConfigureAwait(false);
        }

        return _batch!.Outcomes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            await command.Reservations.EndAsync(batch).ConfigureAwait(false);
        }
    }
}

/// <summary>What is done with a batch, in this order.</summary>
internal sealed record ProtectSteps(BatchWriter Writer, CatalogWriter Catalog, FileNames Names, SourceRemover Sources);

/// <summary>One command that protects files.</summary>
/// <param name="Operation">Whose it is.</param>
/// <param name="Options">How.</param>
/// <param name="Progress">Told of bytes and files.</param>
/// <param name="Reservations">The right to wrap of its batches.</param>
/// <param name="Notes">What is put on record.</param>
internal sealed record ProtectCommand(Operation Operation, ProtectOptions Options, FileProgress Progress, BatchReservations Reservations, IBatchNotes Notes)
{
    /// <summary>The one thread that does its work on files, where it yields to other work.</summary>
    public YieldingThread? Yielding { get; init; }

    /// <summary>Has its writers wait.</summary>
    public WritingPause Pause { get; } = new();

    /// <summary>Does work on files: on the thread that yields, if it has one.</summary>
    public ValueTask YieldingAsync(Func<ValueTask> work) => Yielding is null ? work() : Yielding.RunAsync(work);
}
