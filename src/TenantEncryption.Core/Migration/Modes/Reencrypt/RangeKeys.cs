using TenantEncryption.Data;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Migration;

/// <summary>The keys of a message that is written anew: who opens the old one, and what the new one is written with.</summary>
internal sealed class RangeKeys(TenantMessageReader reader, MaterialsSource materials)
{
    /// <summary>Begins to read a message; who can't be asked for its data key is noted.</summary>
    /// <param name="command">The command.</param>
    /// <param name="notes">Takes note.</param>
    /// <param name="file">The message's file.</param>
    /// <param name="degreeOfParallelism">On how many threads.</param>
    /// <returns>The keyring, for one read, and how to read; the caller disposes it.</returns>
    public (TenantKeyring Owned, IKeyring Keyring, MessageReaderOptions Options) Open(ProtectCommand command, RangeNotes notes, BatchFile file, int degreeOfParallelism)
    {
        var options = new UnprotectOptions { TenantId = notes.MessageOf(file).TenantId, DegreeOfParallelism = degreeOfParallelism };
        TenantKeyring keyring = reader.NewKeyring(command.Operation, options);
        return (keyring, new WatchedKeyring(keyring, failure => notes.NoteKeyFailure(file, failure)), TenantMessageReader.OptionsOf(keyring, options));
    }

    /// <summary>Makes what the new message is written with, if the old one is what the catalog knows.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch, whose right to wrap is used.</param>
    /// <param name="notes">Takes note.</param>
    /// <param name="file">The message's file.</param>
    /// <param name="header">The old message's header, authenticated.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The materials.</returns>
    /// <exception cref="TenantEncryptionException"><c>MESSAGE_SUBSTITUTED</c>; what wraps the data key refuses.</exception>
    public async ValueTask<MessageMaterials> MakeAsync(
        ProtectCommand command, ProtectBatch batch, RangeNotes notes, BatchFile file, MessageHeader header, CancellationToken cancellationToken)
    {
        string messageId = Convert.ToHexStringLower(header.MessageId.Span);
        if (messageId != notes.MessageOf(file).MessageId)
        {
            // Written anew, it would be the message that the catalog knows, and nobody could see any more that it was not.
            throw await notes.SubstitutedAsync(file, messageId, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            MessageMaterials made = await materials.MakeAsync(
                command.Operation, batch.State, TenantContext.Written(header.Context), cancellationToken).ConfigureAwait(false);
            batch.NoteWrapped();
            return made;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.LeaseLost)
        {
            notes.NoteStandstill(file, exception);
            throw;
        }
    }
}
