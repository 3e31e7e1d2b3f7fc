using TenantEncryption.Data.Batches;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Protecting;

/// <summary>
/// The work on one batch of files whose messages become objects. An object has its name as soon as it is there, so all entries are pending before the first
/// byte is sent: who dies meanwhile leaves no message that the catalog does not know.
/// </summary>
/// <param name="steps">What is done with a batch.</param>
/// <param name="command">The command.</param>
/// <param name="files">The batch's files.</param>
/// <param name="first">The number of the first among those of the command.</param>
internal sealed class ObjectRun(ObjectSteps steps, ProtectCommand command, FileRequest[] files, int first) : IFileBatch<FileOutcome<ProtectedFile>>
{
    // Outcomes come, and are safe, after so much.
    private const int MostFiles = 128;
    private const long MostBytes = 256 << 20;

    private ProtectBatch? _batch;
    private PreparedObject?[] _prepared = [];

    /// <inheritdoc/>
    public async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        FileRequest[] some = files[..Math.Min(files.Length, MostFiles)];
        _batch = await command.Reservations.BeginAsync(some, first, cancellationToken).ConfigureAwait(false);
        return await PrepareAsync(MostBytes, cancellationToken).ConfigureAwait(false);
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
            await PrepareAsync(long.MaxValue, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await WriteAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What is there by now is catalogued, whoever stops.
            await steps.Catalog.ConfirmAsync(command, _batch!).ConfigureAwait(false);
            steps.NoteUnsettled(_batch!.Files.Any(file => file.IsUnsettled));
        }

        if (command.Options.RemoveSource)
        {
            await steps.Sources.RemoveAsync(command.Operation, _batch!, command.Options.DegreeOfParallelism, cancellationToken).ConfigureAwait(false);
        }

        return _batch!.Outcomes;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (PreparedObject? prepared in _prepared)
        {
            prepared?.Dispose();
        }

        _prepared = [];
        if (_batch is { } batch)
        {
            _batch = null;
            await command.Reservations.EndAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task<int> PrepareAsync(long most, CancellationToken cancellationToken)
    {
        ProtectBatch batch = _batch!;
        _prepared = new PreparedObject?[batch.Files.Count];
        long bytes = 0;
        batch.Taken = await FileWorkers.RunAsync(
            batch.Files.Count,
            command.Options.DegreeOfParallelism,
            isEnough: () => Interlocked.Read(ref bytes) >= most,
            async index =>
            {
                BatchFile file = batch.Files[index];
                if (await FileFailure.CatchAsync(
                    file.Request.Source,
                    "read",
                    async () => _prepared[index] = await steps.Writer.PrepareAsync(command, batch, file, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    file.Fail(failure);
                }

                Interlocked.Add(ref bytes, _prepared[index]?.Length ?? 0);
            },
            cancellationToken).ConfigureAwait(false);
        return batch.Taken;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        ProtectBatch batch = _batch!;
        using var turns = new FileTurns(batch.Taken, command.Options.DegreeOfParallelism);
        await FileWorkers.RunAsync(
            batch.Taken,
            command.Options.DegreeOfParallelism,
            isEnough: () => false,
            async index =>
            {
                BatchFile file = batch.Files[index];
                if (_prepared[index] is { } prepared && file.Error is null)
                {
                    // From here on it may come to be there; a stop leaves that open.
                    file.IsUnsettled = true;
                    TenantEncryptionException? failure = await FileFailure.CatchAsync(
                        file.Request.Destination,
                        "written",
                        () => steps.Writer.WriteAsync(command, batch, file, prepared, steps.Space, turns, cancellationToken),
                        cancellationToken).ConfigureAwait(false);
                    file.IsUnsettled = failure is { Code: ErrorCodes.SpaceUnreachable };
                    if (failure is not null)
                    {
                        file.Fail(failure);
                    }

                    prepared.Dispose();
                    _prepared[index] = null;
                }

                command.Progress.FileDone(file.Number);
            },
            cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>What is done with a batch of objects, in this order.</summary>
internal sealed record ObjectSteps(BucketSpace Space, ObjectWriter Writer, CatalogWriter Catalog, SourceRemover Sources, Action<bool> NoteUnsettled);
