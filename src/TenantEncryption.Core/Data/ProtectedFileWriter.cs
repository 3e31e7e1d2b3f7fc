using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data;

/// <summary>Writes the messages of a batch's files to temporary files, each flushed to the disk.</summary>
internal sealed class ProtectedFileWriter(MaterialsSource materials, MessageWriter writer, IFileEffects effects, TimeProvider time)
{
    // What is read, and written, by one call each.
    private const int SmallFile = 64 << 10;

    /// <summary>Writes files side by side, and the frames of a large one.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="batch">The batch; takes note of each file.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">The command's progress.</param>
    /// <param name="toItsEnd">Whether every file is taken, however long that is.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many files were taken.</returns>
    public async Task<int> WriteAsync(
        Operation operation, ProtectBatch batch, ProtectOptions options, FileProgress progress, bool toItsEnd, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        using var turns = new FileTurns(batch.Files.Count, options.DegreeOfParallelism);
        batch.Taken = await FileWorkers.RunAsync(
            batch.Files.Count,
            options.DegreeOfParallelism,
            isEnough: () => !toItsEnd && time.GetElapsedTime(begun) >= FileBatches.LongestWork,
            async file =>
            {
                TenantEncryptionException? failure = await FileFailure.CatchAsync(
                    batch.Files[file].Destination,
                    "written",
                    () => WriteAsync(operation, batch, file, options, turns, progress.Of(batch.First + file), cancellationToken),
                    cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    batch.Fail(file, failure);
                }

                progress.FileDone(batch.First + file);
            },
            cancellationToken).ConfigureAwait(false);
        return batch.Taken;
    }

    private async ValueTask WriteAsync(
        Operation operation,
        ProtectBatch batch,
        int index,
        ProtectOptions options,
        FileTurns turns,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        FileRequest file = batch.Files[index];
        long begun = Stopwatch.GetTimestamp();
        using SafeFileHandle source = SourceFile.Open(effects, file.Source, followLink: !file.IsListed);
        bool isRegular = RegularFile.TryGetSourceLength(source, out long length);
        using FrameBuffer? content = isRegular && length <= SmallFile ? Read(file.Source, source, (int)length) : null;

        // What allows one pass only, as in /proc, can't be looked at and then read.
        if (content is not null
            ? MessageReader.BeginsMessage(content.Span)
            : isRegular && FileFailure.Translate(file.Source, "read", () => MessageReader.BeginsMessage(source)))
        {
            batch.Skip(index, "It is a message already.");
            return;
        }

        if (options.RemoveSource)
        {
            batch.NoteSource(index, SourceState.Of(source));
        }

        using FileTurn turn = await turns.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        OutputFile.RefuseExisting(file, options.Force);
        var output = new OutputFile(effects, file.Destination, options.Force);
        batch.Own(index, output);
        using MessageMaterials made = await materials.MakeAsync(operation, batch.State, batch.Context, cancellationToken).ConfigureAwait(false);
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
        batch.Written(index, written, Stopwatch.GetElapsedTime(begun));
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
