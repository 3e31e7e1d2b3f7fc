using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Reading;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Protecting;

/// <summary>Removes the sources of messages that have their names for good, once each was read again and verified.</summary>
internal sealed class SourceRemover(TenantMessageReader reader, IFileEffects effects)
{
    /// <summary>Removes the sources of a batch; one that can't be removed safely stays, with a warning.</summary>
    public async Task RemoveAsync(Operation operation, ProtectBatch batch, int degreeOfParallelism, CancellationToken cancellationToken)
    {
        BatchFile[] durable = [.. batch.Durable];
        await FileWorkers.RunAsync(
            durable.Length,
            degreeOfParallelism,
            isEnough: () => false,
            async index => await RemoveOneAsync(operation, batch, durable[index], cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveOneAsync(Operation operation, ProtectBatch batch, BatchFile file, CancellationToken cancellationToken)
    {
        FileRequest request = file.Request;
        TenantEncryptionException? failure = await FileFailure.CatchAsync(
            request.Source,
            "removed",
            async () =>
            {
                await reader.VerifyAsync(
                    operation, request.Destination, batch.State.Tenant.TenantId, file.Written!.MessageId, cancellationToken).ConfigureAwait(false);
                RefuseChanged(request, file.Source);
                effects.Delete(request.Source);
            },
            cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            file.Warn($"The message was written, but its source stays: {failure.Detail}");
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
