using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Protecting;

/// <summary>Writes the message of a plaintext file.</summary>
internal sealed class ProtectedFileWriter(MaterialsSource materials, MessageWriter writer, IFileEffects effects) : IFileWriter
{
    // What is read, and written, by one call each.
    private const int SmallFile = 64 << 10;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ProtectCommand command, ProtectBatch batch, BatchFile file, FileTurns turns, CancellationToken cancellationToken)
    {
        (FileRequest request, ProtectOptions options, IProgress<long>? progress) = (file.Request, command.Options, command.Progress.Of(file.Number));
        long begun = Stopwatch.GetTimestamp();
        using SafeFileHandle source = SourceFile.Open(effects, request.Source, followLink: !request.IsListed);
        bool isRegular = RegularFile.TryGetSourceLength(source, out long length);
        using FrameBuffer? content = isRegular && length <= SmallFile ? Read(request.Source, source, (int)length) : null;

        // What allows one pass only, as in /proc, can't be looked at and then read.
        if (content is not null
            ? MessageReader.BeginsMessage(content.Span)
            : isRegular && FileFailure.Translate(request.Source, "read", () => MessageReader.BeginsMessage(source)))
        {
            file.Skip("It is a message already.");
            return;
        }

        if (options.RemoveSource)
        {
            file.Source = SourceState.Of(source);
        }

        using FileTurn turn = await turns.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        OutputFile.RefuseExisting(request, options.Force);
        var output = new OutputFile(effects, request.Destination, options.Force);
        file.Output = output;
        using MessageMaterials made = await materials.MakeAsync(command.Operation, batch.State, batch.Context, cancellationToken).ConfigureAwait(false);
        batch.NoteWrapped();
        int frameLength = options.FrameLength ?? MessageWriterOptions.DefaultFrameLength;
        WrittenMessage written;
        if (content is not null)
        {
            written = Write(content, output.Handle, made, frameLength, progress);
        }
        else
        {
            // How long what allows one pass is, is not known: all threads may be of use.
            var how = new MessageWriterOptions
            {
                FrameLength = frameLength,
                DegreeOfParallelism = isRegular ? turn.DegreeOfParallelism : options.DegreeOfParallelism,
            };
            written = await writer.WriteAsync(source, output.Handle, made, how, progress, cancellationToken).ConfigureAwait(false);
        }

        output.Flush();
        file.Written = new WrittenFile(Convert.ToHexStringLower(written.MessageId.Span), written.PlaintextLength, Stopwatch.GetElapsedTime(begun));
    }

    private static FrameBuffer Read(string path, SafeFileHandle source, int length)
    {
        var content = new FrameBuffer(length);
        try
        {
            return RegularFile.Read(source, content.Span, 0) == length
                ? content
                : throw new TenantEncryptionException(ErrorCodes.StorageFailed, "The source became shorter while it was read.");
        }
        catch (Exception exception)
        {
            content.Dispose();
            throw exception is IOException or UnauthorizedAccessException ? FileFailure.Of(path, "read", exception) : exception;
        }
    }

    private WrittenMessage Write(FrameBuffer content, SafeFileHandle destination, MessageMaterials made, int frameLength, IProgress<long>? progress)
    {
        using var message = new FrameBuffer((int)MessageWriter.Measure(content.Length, made, frameLength));
        writer.Write(content.Span, message.Span, made, frameLength);
        RandomAccess.Write(destination, message.Span, 0);
        progress?.Report(content.Length);
        byte[] messageId = message.Span.Slice(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength).ToArray();
        return new WrittenMessage(messageId, content.Length, message.Length);
    }
}
