using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data.Files;
using TenantEncryption.Errors;
using TenantEncryption.Journal;

namespace TenantEncryption.Data;

/// <summary>Removes the sources of messages that have their names, once each was read again and verified.</summary>
internal sealed class SourceRemover(FileReader reader, IFileEffects effects)
{
    /// <summary>Removes the sources of a batch; one that can't be removed safely stays, with a warning.</summary>
    public async Task RemoveAsync(Operation operation, ProtectBatch batch, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        int[] named = [.. batch.NamedIndexes];
        await FileWorkers.RunAsync(
            named.Length,
            degreeOfParallelism,
            isEnough: () => false,
            async index => await RemoveOneAsync(operation, batch, named[index], cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveOneAsync(Operation operation, ProtectBatch batch, int index, CancellationToken cancellationToken)
    {
        FileRequest file = batch.Files[index];
        try
        {
            await reader.VerifyAsync(
                operation, file.Destination, batch.State.Tenant.TenantId, batch.MessageIdOf(index), cancellationToken).ConfigureAwait(false);
            RefuseChanged(file.Source, batch.SourceOf(index));
            FileFailure.Translate(file.Source, "removed", () =>
            {
                effects.Delete(file.Source);
                return true;
            });
        }
        catch (TenantEncryptionException exception)
        {
            batch.Warn(index, $"The message was written, but its source stays: {exception.Detail}");
        }
    }

    // Removing what was written after it was read would lose it, and so would removing the message itself by another name.
    private static void RefuseChanged(string path, SourceState? read)
    {
        SourceState? now = FileFailure.Translate(path, "read", () =>
        {
            using SafeFileHandle source = File.OpenHandle(path);
            return SourceState.Of(source);
        });
        if (read is null || now != read)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is not what was read any more.");
        }
    }
}
