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
internal sealed class ObjectRun(ObjectSteps steps, ProtectCommand command, FileRequest[] files, int first)
    : BatchRun(command, steps.Catalog, steps.Sources, first)
{
    // Outcomes come, and are safe, after so much.
    private const int MostFiles = 128;
    private const long MostBytes = 256 << 20;

    private PreparedObject?[] _prepared = [];

    /// <inheritdoc/>
    public override async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(files[..Math.Min(files.Length, MostFiles)], cancellationToken).ConfigureAwait(false);
        return await PrepareAsync(MostBytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        foreach (PreparedObject? prepared in _prepared)
        {
            prepared?.Dispose();
        }

        _prepared = [];
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Task PrepareAgainAsync(CancellationToken cancellationToken) => PrepareAsync(long.MaxValue, cancellationToken);

    /// <inheritdoc/>
    protected override async Task ConfirmNamedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // What is there by now is catalogued, whoever stops.
            await ConfirmAsync().ConfigureAwait(false);
            steps.NoteUnsettled(Batch.Files.Any(file => file.IsUnsettled));
        }
    }

    private async Task<int> PrepareAsync(long most, CancellationToken cancellationToken)
    {
        ProtectBatch batch = Batch;
        _prepared = new PreparedObject?[batch.Files.Count];
        long bytes = 0;
        batch.Taken = await FileWorkers.RunAsync(
            batch.Files.Count,
            Command.Options.DegreeOfParallelism,
            isEnough: () => Interlocked.Read(ref bytes) >= most,
            async index =>
            {
                BatchFile file = batch.Files[index];
                if (await FileFailure.CatchAsync(
                    file.Request.Source,
                    "read",
                    async () => _prepared[index] = await steps.Writer.PrepareAsync(Command, batch, file, steps.Space, cancellationToken).ConfigureAwait(false),
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
        ProtectBatch batch = Batch;
        using var turns = new FileTurns(batch.Taken, Command.Options.DegreeOfParallelism);
        await FileWorkers.RunAsync(
            batch.Taken,
            Command.Options.DegreeOfParallelism,
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
                        () => steps.Writer.WriteAsync(Command, batch, file, prepared, steps.Space, turns, cancellationToken),
                        cancellationToken).ConfigureAwait(false);
                    file.IsUnsettled = failure is { Code: ErrorCodes.SpaceUnreachable };
                    if (failure is not null)
                    {
                        file.Fail(failure);
                    }

                    prepared.Dispose();
                    _prepared[index] = null;
                }

                Command.Progress.FileDone(file.Number);
            },
            cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>What is done with a batch of objects, in this order.</summary>
internal sealed record ObjectSteps(BucketSpace Space, ObjectWriter Writer, CatalogWriter Catalog, SourceRemover Sources, Action<bool> NoteUnsettled);
