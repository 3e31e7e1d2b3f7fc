using TenantEncryption.Data.Batches;
using TenantEncryption.Errors;

namespace TenantEncryption.Data.Protecting;

/// <summary>
/// The work on one batch of messages: they are prepared, their entries are pending, they get their names, and the entries are confirmed. As often as its keys
/// change, it is prepared again.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="catalog">Writes the entries.</param>
/// <param name="sources">Removes the files, where that is wanted.</param>
/// <param name="first">The number of the first file among those of the command.</param>
internal abstract class BatchRun(ProtectCommand command, CatalogWriter catalog, SourceRemover sources, int first) : IFileBatch<FileOutcome<ProtectedFile>>
{
    private ProtectBatch? _batch;

    /// <summary>The command.</summary>
    protected ProtectCommand Command => command;

    /// <summary>The batch, once it has begun.</summary>
    protected ProtectBatch Batch => _batch!;

    /// <inheritdoc/>
    public abstract Task<int> WorkAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FileOutcome<ProtectedFile>>> SettleAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; !await catalog.AddPendingAsync(command, Batch).ConfigureAwait(false); attempt++)
        {
            FileRequest[] taken = [.. Batch.TakenFiles.Select(file => file.Request)];
            await DisposeAsync().ConfigureAwait(false);
            if (attempt == BatchReservations.Attempts)
            {
                throw new TenantEncryptionException(ErrorCodes.LeaseLost);
            }

            _batch = await command.Reservations.BeginAgainAsync(taken, first, cancellationToken).ConfigureAwait(false);
            await PrepareAgainAsync(cancellationToken).ConfigureAwait(false);
        }

        await ConfirmNamedAsync(cancellationToken).ConfigureAwait(false);
        if (command.Options.RemoveSource)
        {
            await sources.RemoveAsync(command.Operation, Batch, command.Options.DegreeOfParallelism, cancellationToken).ConfigureAwait(false);
        }

        return Batch.Outcomes;
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            await command.Reservations.EndAsync(batch).ConfigureAwait(false);
        }
    }

    /// <summary>Begins the batch, with the first of its files.</summary>
    protected async Task BeginAsync(FileRequest[] files, CancellationToken cancellationToken) =>
        _batch = await command.Reservations.BeginAsync(files, first, cancellationToken).ConfigureAwait(false);

    /// <summary>Prepares all of a batch that has begun again.</summary>
    protected abstract Task PrepareAgainAsync(CancellationToken cancellationToken);

    /// <summary>Gives the messages their names, and has the entries of those that have one confirmed.</summary>
    protected abstract Task ConfirmNamedAsync(CancellationToken cancellationToken);

    /// <summary>Confirms the entries. What has its name must be catalogued: that is not cancelled.</summary>
    protected Task ConfirmAsync() => catalog.ConfirmAsync(command, Batch);
}
