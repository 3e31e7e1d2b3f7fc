using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Migration;

/// <summary>Writes the messages of files anew, each to a temporary file beside it.</summary>
internal sealed class FileRewriter(RangeTools tools, RangeNotes notes) : IFileWriter
{
    /// <inheritdoc/>
    public ValueTask WriteAsync(ProtectCommand command, ProtectBatch batch, BatchFile file, FileTurns turns, CancellationToken cancellationToken) =>
        notes.WatchAsync(file, message => WriteAsync(command, batch, file, message, turns, cancellationToken), cancellationToken);

    private async Task WriteAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, CatalogEntry message, FileTurns turns, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using SafeFileHandle source = SourceFile.Open(tools.Effects, message.Name, followLink: false);
        FileMark mark = FileFailure.Translate(message.Name, "read", () => FileMark.Of(source));
        using FileTurn turn = await turns.TakeAsync(mark.Length, cancellationToken).ConfigureAwait(false);
        var output = new OutputFile(tools.Effects, message.Name, replace: true) { Expected = mark };
        file.Output = output;
        (TenantKeyring owned, IKeyring keyring, MessageReaderOptions options) = tools.Keys.Open(command, notes, file, turn.DegreeOfParallelism);
        using TenantKeyring disposed = owned;
        ReencryptedMessage written = await tools.Reencryptor.ReencryptAsync(
            source,
            output.Handle,
            keyring,
            header => tools.Keys.MakeAsync(command, batch, notes, file, header, cancellationToken),
            options,
            bytesDone: null,
            cancellationToken).ConfigureAwait(false);
        if (FileMark.Of(source) != mark)
        {
            throw new TenantEncryptionException(ErrorCodes.ObjectChanged, $"'{message.Name}' was changed while it was read.");
        }

        UnixFile.CopyRights(output.Handle, source);
        output.Flush();
        file.Replaces = message.MessageId;
        file.Written = new WrittenFile(Convert.ToHexStringLower(written.New.MessageId.Span), written.New.PlaintextLength, Stopwatch.GetElapsedTime(begun));
    }
}
