using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Envelope;
using TenantEncryption.Files;

namespace TenantEncryption.Migration;

/// <summary>
/// One batch's work in a bucket. The ids of the new messages are made, and their entries pending, before the first object is read: who dies meanwhile leaves no
/// message that the catalog does not know.
/// </summary>
/// <param name="rewriter">Writes one.</param>
/// <param name="steps">What is done with a batch.</param>
/// <param name="command">The command.</param>
/// <param name="part">The batch's messages.</param>
internal sealed class ObjectRangeRun(ObjectRewriter rewriter, ProtectSteps steps, ProtectCommand command, RangePart part)
    : BatchRun(command, steps.Catalog, steps.Sources, first: 0)
{
    // What a range has done is noted, and safe, after so much.
    private const int MostMessages = 256;
    private const long MostBytes = 256 << 20;

    private byte[][] _messageIds = [];

    /// <inheritdoc/>
    public override async Task<int> WorkAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        for (long bytes = 0; count < part.Messages.Length && count < MostMessages && bytes < MostBytes; count++)
        {
            bytes += part.Messages[count].Length;
        }

        await BeginAsync(part.Requests[..count], cancellationToken).ConfigureAwait(false);
        await PrepareAgainAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <inheritdoc/>
    protected override Task PrepareAgainAsync(CancellationToken cancellationToken)
    {
        _messageIds = [.. Batch.Files.Select(_ => MessageMaterials.NewMessageId())];
        foreach ((BatchFile file, byte[] messageId) in Batch.Files.Zip(_messageIds))
        {
            file.Replaces = part.Messages[file.Number].MessageId;
            file.Written = new WrittenFile(Convert.ToHexStringLower(messageId), part.Messages[file.Number].Length, TimeSpan.Zero);
        }

        return Task.CompletedTask;
    }

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
        }
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
                if (file.Error is null && await FileFailure.CatchAsync(
                    file.Request.Destination,
                    "written",
                    () => rewriter.WriteAsync(Command, batch, file, _messageIds[index], turns, cancellationToken),
                    cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    file.Fail(failure);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }
}
