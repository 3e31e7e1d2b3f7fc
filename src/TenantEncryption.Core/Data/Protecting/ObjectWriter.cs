using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Protecting;

/// <summary>Makes the messages of files, and puts them into a bucket.</summary>
internal sealed class ObjectWriter(MaterialsSource materials, MessageWriter writer, IFileEffects effects)
{
    // To look first costs a call; to write in vain costs what was written.
    private const long WorthALook = 1 << 20;

    /// <summary>Opens a file, and makes all of its message that is known before it is read; or notes that the file is left alone.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="file">The file.</param>
    /// <param name="space">The bucket.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What is ready; <see langword="null"/> when it is left alone.</returns>
    /// <exception cref="TenantEncryptionException">Why it failed.</exception>
    public async ValueTask<PreparedObject?> PrepareAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, BucketSpace space, CancellationToken cancellationToken)
    {
        FileRequest request = file.Request;
        if (command.Options.SkipExisting && await space.Bucket.FindAsync(space.NameOf(request.Destination), null, cancellationToken).ConfigureAwait(false) is not null)
        {
            file.PassOver();
            return null;
        }

        SafeFileHandle source = SourceFile.Open(effects, request.Source, followLink: !request.IsListed);
        try
        {
            if (!RegularFile.TryGetSourceLength(source, out long length))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.InvalidInput, $"How long '{request.Source}' is, is not known before it is read, and an object's length must be: make a file of it first.");
            }

            if (FileFailure.Translate(request.Source, "read", () => MessageReader.BeginsMessage(source)))
            {
                file.Skip("It is a message already.");
                source.Dispose();
                return null;
            }

            file.Source = command.Options.RemoveSource ? SourceState.Of(source) : null;
            MessageMaterials made = await materials.MakeAsync(command.Operation, batch.State, batch.Context, cancellationToken).ConfigureAwait(false);
            batch.NoteWrapped();
            file.Written = new WrittenFile(Convert.ToHexStringLower(made.MessageId.Span), length, TimeSpan.Zero);
            return new PreparedObject(source, length, made);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Writes a message to its object.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="file">The file; takes note that the message is there.</param>
    /// <param name="prepared">What is ready.</param>
    /// <param name="space">The bucket.</param>
    /// <param name="turns">How many threads its frames have.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>When it is there.</returns>
    /// <exception cref="TenantEncryptionException">Why it failed.</exception>
    public async ValueTask WriteAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, PreparedObject prepared, BucketSpace space, FileTurns turns, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        ProtectOptions options = command.Options;
        string key = space.NameOf(file.Request.Destination);
        ObjectState? there = options.Force || prepared.Length >= WorthALook ? await space.Bucket.FindAsync(key, null, cancellationToken).ConfigureAwait(false) : null;
        if (there is not null && !options.Force)
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{file.Request.Destination}' exists already.");
        }

        using FileTurn turn = await turns.TakeAsync(prepared.Length, cancellationToken).ConfigureAwait(false);
        int frameLength = options.FrameLength ?? MessageWriterOptions.DefaultFrameLength;
        var how = new MessageWriterOptions { FrameLength = frameLength, DegreeOfParallelism = turn.DegreeOfParallelism };
        WrapReservation reservation = batch.Reservation;
        string messageId = file.Written!.MessageId;
        var what = new NewObject(
            key,
            MessageWriter.Measure(prepared.Length, prepared.Materials, frameLength),
            PutCondition.Still(there),
            new ObjectSettings { Metadata = ObjectHints.Of(reservation.TenantId, reservation.KekId, messageId), ContentType = "application/octet-stream" });
        ObjectState put = await space.Bucket.PutAsync(
            what,
            (destination, stop) => writer.WriteAsync(
                RegularFile.AsStream(prepared.Source, FileAccess.Read), destination, prepared.Materials, how, command.Progress.Of(file.Number), stop),
            cancellationToken).ConfigureAwait(false);
        file.Remove = async () => await space.Bucket.DeleteAsync(key, put.ETag, CancellationToken.None).ConfigureAwait(false);
        file.StayingVersion = there?.VersionId;
        file.Written = file.Written with { Elapsed = Stopwatch.GetElapsedTime(begun) };
        file.IsNamed = true;
    }
}
