using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;

namespace TenantEncryption.Data.Protecting;

/// <summary>The work on one batch of files whose messages become files: they are written beside their names, and then given them.</summary>
/// <param name="steps">What is done with a batch.</param>
/// <param name="command">The command.</param>
/// <param name="files">The batch's files.</param>
/// <param name="first">The number of the first among those of the command.</param>
/// <param name="isLast">Whether the command has no further files.</param>
internal sealed class ProtectRun(ProtectSteps steps, ProtectCommand command, FileRequest[] files, int first, bool isLast)
    : BatchRun(command, steps.Catalog, steps.Sources, first)
{
    /// <inheritdoc/>
    public override async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(files, cancellationToken).ConfigureAwait(false);
        if (Command.Reservations.Overlap && !isLast)
        {
            Command.Reservations.ReserveAhead(cancellationToken);
        }

        return await steps.Writer.WriteAsync(Command, Batch, toItsEnd: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override Task PrepareAgainAsync(CancellationToken cancellationToken) => steps.Writer.WriteAsync(Command, Batch, toItsEnd: true, cancellationToken);

    /// <inheritdoc/>
    protected override async Task ConfirmNamedAsync(CancellationToken cancellationToken)
    {
        await Command.YieldingAsync(() =>
        {
            steps.Names.Give(Batch);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        await ConfirmAsync().ConfigureAwait(false);
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
