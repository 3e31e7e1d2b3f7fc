using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data;

/// <summary>Removes the sources of messages that have their names for good, once each was read again and verified.</summary>
internal sealed class SourceRemover(TenantMessageReader reader, IFileEffects effects)
{
    /// <summary>Removes the sources of a batch; one that can't be removed safely stays, with a warning.</summary>
    public async Task RemoveAsync(Operation operation, ProtectBatch batch, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        int[] durable = [.. batch.DurableIndexes];
        await FileWorkers.RunAsync(
            durable.Length,
            degreeOfParallelism,
            isEnough: () => false,
            async index => await RemoveOneAsync(operation, batch, durable[index], cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveOneAsync(Operation operation, ProtectBatch batch, int index, CancellationToken cancellationToken)
    {
        FileRequest file = batch.Files[index];
        TenantEncryptionException? failure = await FileFailure.CatchAsync(
            file.Source,
            "removed",
            async () =>
            {
                await reader.VerifyAsync(
                    operation, file.Destination, batch.State.Tenant.TenantId, batch.MessageIdOf(index), cancellationToken).ConfigureAwait(false);
                RefuseChanged(file, batch.SourceOf(index));
                effects.Delete(file.Source);
            },
            cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            batch.Warn(index, $"The message was written, but its source stays: {failure.Detail}");
        }
    }

    // Removing what was written after it was read would lose it, and so would removing the message itself by another name.
    private void RefuseChanged(FileRequest file, SourceState? read)
    {
        using SafeFileHandle source = SourceFile.Open(effects, file.Source, followLink: !file.IsListed);
        if (read is null || SourceState.Of(source) != read)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is not what was read any more.");
        }
    }
}
