using System.Diagnostics;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Spaces;

namespace TenantEncryption.Migration;

/// <summary>
/// Writes the messages of objects anew in their places: each is read and written at once, in memory that does not grow with it, and takes the place of the
/// object that was read, and of no other. What the object has beside its content stays.
/// </summary>
internal sealed class ObjectRewriter(RangeTools tools, RangeNotes notes, BucketSpace space, TimeProvider time)
{
    /// <summary>Writes a message anew.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="file">The message's file; takes note that the new one is there.</param>
    /// <param name="messageId">The new message's id, 32 bytes, which the catalog knows already.</param>
    /// <param name="turns">How many threads its frames have.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>When it is there.</returns>
    /// <exception cref="TenantEncryptionException">Why it failed.</exception>
    public ValueTask WriteAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, ReadOnlyMemory<byte> messageId, FileTurns turns, CancellationToken cancellationToken) =>
        notes.WatchAsync(
            file,
            async message =>
            {
                try
                {
                    await WriteAsync(command, batch, file, message, messageId, turns, cancellationToken).ConfigureAwait(false);
                }
                catch (TenantEncryptionException exception) when (IsOfSpace(exception))
                {
                    notes.NoteStandstill(file, exception);
                    throw;
                }
            },
            cancellationToken);

    // What is true of one object of the bucket is true of the next, too.
    private static bool IsOfSpace(TenantEncryptionException exception) => exception.Code is ErrorCodes.SpaceNotFound or ErrorCodes.SpaceUnreachable
        or ErrorCodes.SpaceUnsuitable or ErrorCodes.Throttled or ErrorCodes.CredentialsInvalid or ErrorCodes.WrongRegion;

    private async Task WriteAsync(
        ProtectCommand command,
        ProtectBatch batch,
        BatchFile file,
        CatalogEntry message,
        ReadOnlyMemory<byte> messageId,
        FileTurns turns,
        CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using FileTurn turn = await turns.TakeAsync(message.Length, cancellationToken).ConfigureAwait(false);
        (TenantKeyring owned, IKeyring keyring, MessageReaderOptions options) = tools.Keys.Open(command, notes, file, turn.DegreeOfParallelism);
        using TenantKeyring disposed = owned;
        ObjectContent content = await space.Bucket.OpenAsync(message.Name, default, cancellationToken).ConfigureAwait(false);
        ObjectState old = content.State;
        ObjectState? put = null;
        int opened = 0;
        try
        {
            ReencryptedMessage done = await tools.Reencryptor.ReencryptAsync(
                async token =>
                {
                    if (opened++ > 0)
                    {
                        await content.DisposeAsync().ConfigureAwait(false);
                        content = await space.Bucket.OpenAsync(message.Name, new ObjectSelection(old.VersionId, old.ETag), token).ConfigureAwait(false);
                    }

                    return content.Stream;
                },
                old.Length,
                keyring,
                async header =>
                {
                    MessageMaterials made = await tools.Keys.MakeAsync(command, batch, notes, file, header, cancellationToken).ConfigureAwait(false);
                    made.MessageId = messageId;
                    return made;
                },
                async (length, write) => put = await PutAsync(batch, file, content, length, messageId, write, cancellationToken).ConfigureAwait(false),
                options,
                cancellationToken).ConfigureAwait(false);
            file.Written = new WrittenFile(Convert.ToHexStringLower(messageId.Span), done.New.PlaintextLength, Stopwatch.GetElapsedTime(begun));
        }
        finally
        {
            await content.DisposeAsync().ConfigureAwait(false);
            file.IsNamed = put is not null;
        }
    }

    private async Task<ObjectState> PutAsync(
        ProtectBatch batch,
        BatchFile file,
        ObjectContent content,
        long length,
        ReadOnlyMemory<byte> messageId,
        Func<Stream, CancellationToken, Task> write,
        CancellationToken cancellationToken)
    {
        (ObjectState old, ObjectSettings settings) = (content.State, content.Settings);
        IReadOnlyDictionary<string, string> tags = await space.Bucket.ReadTagsAsync(old.Key, old.VersionId, cancellationToken).ConfigureAwait(false);

        // A retention that is over can't be asked for.
        ObjectHold hold = settings.Hold.Until > time.GetUtcNow() ? settings.Hold : ObjectHold.None with { Legal = settings.Hold.Legal };
        WrapReservation reservation = batch.Reservation;
        IReadOnlyDictionary<string, string> hints = ObjectHints.Of(
            reservation.TenantId, reservation.KekId, Convert.ToHexStringLower(messageId.Span), settings.Metadata);

        file.StayingVersion = old.VersionId;

        // From here on it may come to be there; a stop leaves that open.
        file.IsUnsettled = true;
        try
        {
            ObjectState put = await space.Bucket.PutAsync(
                new NewObject(old.Key, length, PutCondition.Still(old), settings with { Metadata = hints, Tags = tags, Hold = hold }), write, cancellationToken).ConfigureAwait(false);
            file.IsUnsettled = false;
            return put;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.SpaceUnreachable)
        {
            file.IsUnsettled = false;
            throw;
        }
    }
}
