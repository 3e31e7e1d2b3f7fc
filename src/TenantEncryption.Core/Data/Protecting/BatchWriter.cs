using TenantEncryption.Data.Batches;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Protecting;

/// <summary>Writes the messages of a batch's files to temporary files, each flushed to the disk.</summary>
/// <param name="files">Writes one.</param>
/// <param name="time">The clock that tells when a batch has worked for long enough.</param>
internal sealed class BatchWriter(IFileWriter files, TimeProvider time)
{
    /// <summary>Writes files side by side, and the frames of a large one.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch; takes note of each file.</param>
    /// <param name="toItsEnd">Whether every file is taken, however long that is.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many files were taken.</returns>
    public async Task<int> WriteAsync(ProtectCommand command, ProtectBatch batch, bool toItsEnd, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        int threads = command.Options.DegreeOfParallelism;
        using var turns = new FileTurns(batch.Files.Count, threads);
        batch.Taken = await FileWorkers.RunAsync(
            batch.Files.Count,
            threads,
            isEnough: () => !toItsEnd && time.GetElapsedTime(begun) >= FileBatches.LongestWork,
            async index =>
            {
                BatchFile file = batch.Files[index];
                TenantEncryptionException? failure = await FileFailure.CatchAsync(
                    file.Request.Destination,
                    "written",
                    () => command.YieldingAsync(() => WriteInTurnAsync(command, batch, file, turns, cancellationToken)),
                    cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    file.Fail(failure);
                }

                command.Progress.FileDone(file.Number);
            },
            cancellationToken).ConfigureAwait(false);
        return batch.Taken;
    }

    private async ValueTask WriteInTurnAsync(ProtectCommand command, ProtectBatch batch, BatchFile file, FileTurns turns, CancellationToken cancellationToken)
    {
        await command.Pause.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await files.WriteAsync(command, batch, file, turns, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            command.Pause.Leave();
        }
    }
}
