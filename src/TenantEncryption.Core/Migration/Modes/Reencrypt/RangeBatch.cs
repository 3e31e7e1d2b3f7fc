using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>The messages of one batch: each is written anew, and what became of it is noted with the range.</summary>
internal sealed class RangeBatch(RangeTools tools, RangePart part) : IFileWriter, IBatchNotes
{
    // A message that changes while it is read is read again; one that never keeps still is told of.
    private const int MostChanges = 3;

    // A transaction that another writer undid is done anew, and judges the same.
    private readonly Dictionary<BatchFile, bool> _isFailure = [];

    // The files that failed because of a key, which is no fault of their messages.
    private readonly ConcurrentDictionary<BatchFile, TenantEncryptionException> _shut = new();

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ProtectCommand command, ProtectBatch batch, BatchFile file, FileTurns turns, CancellationToken cancellationToken)
    {
        // A key that can't be opened is asked for once, not for each of its messages.
        if ((part.Supply.Shut.GetValueOrDefault(part.Range.Source.Id) ?? part.Supply.Failure) is { } shut)
        {
            _shut.TryAdd(file, shut);
            throw shut;
        }

        CatalogEntry message = part.Messages[file.Number];
        try
        {
            await WriteAsync(command, batch, file, message, turns, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException)
        {
            if (!await IsReplacedAsync(message, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            file.Skip("Another message took its place meanwhile.");
        }
    }

    /// <inheritdoc/>
    public Task RequireAsync(Change change) => RangeClaims.RequireAsync(change.Store, part.Range);

    /// <inheritdoc/>
    public async Task NoteAsync(Change change, ProtectBatch batch, IReadOnlyCollection<BatchFile> catalogued)
    {
        IRangeTable ranges = change.Store.Ranges;
        string migrationId = part.Range.MigrationId;
        if (part.Supply.Shut.TryGetValue(part.Range.Source.Id, out TenantEncryptionException? shut))
        {
            await NoteKeyAsync(change, shut).ConfigureAwait(false);
        }

        // Files that have their names are catalogued in any case; the range is by now perhaps another's.
        if (await RangeClaims.IsHeldAsync(change.Store, part.Range).ConfigureAwait(false))
        {
            bool isDone = shut is not null || (part.EndsRange && batch.Taken == part.Messages.Length);
            await ranges.PutAsync(part.Range with { After = ObjectName.Of(part.Messages[batch.Taken - 1]), IsDone = isDone }).ConfigureAwait(false);
        }

        foreach (BatchFile file in batch.TakenFiles.Where(file => file.Error is not null))
        {
            CatalogEntry message = part.Messages[file.Number];
            if (!_isFailure.TryGetValue(file, out bool isFailure))
            {
                _isFailure[file] = isFailure = !_shut.ContainsKey(file) && IsFailure(message, file.Error!);
            }

            if (isFailure && await IsKnownAsync(change.Store, message).ConfigureAwait(false))
            {
                await ranges.PutFailureAsync(new FailedMessage(migrationId, message, file.Error!.Code, file.Error.Detail)).ConfigureAwait(false);
            }
        }

        long bytes = catalogued.Sum(file => file.Written!.Length);
        await ranges.AddProgressAsync(migrationId, catalogued.Count, bytes).ConfigureAwait(false);
        KeyMigration now = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        JObject data = MigrationEvents.Describe(now);
        data["range"] = part.Range.Number;
        data["written"] = catalogued.Count;
        data["kekId"] = batch.Reservation.KekId;
        data["providerId"] = batch.Reservation.ProviderId;
        change.Record(EventTypes.MigrationProgressed, now.TenantId, data);
        part.Supply.Latest = now;
    }

    private async Task WriteAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, CatalogEntry message, FileTurns turns, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using SafeFileHandle source = SourceFile.Open(tools.Effects, message.Name, followLink: false);
        FileMark mark = FileFailure.Translate(message.Name, "read", () => FileMark.Of(source));
        using FileTurn turn = await turns.TakeAsync(mark.Length, cancellationToken).ConfigureAwait(false);
        var output = new OutputFile(tools.Effects, message.Name, replace: true) { Expected = mark };
        file.Output = output;
        var options = new UnprotectOptions { TenantId = message.TenantId, DegreeOfParallelism = turn.DegreeOfParallelism };
        using TenantKeyring keyring = tools.Reader.NewKeyring(command.Operation, options);
        ReencryptedMessage written = await tools.Reencryptor.ReencryptAsync(
            source,
            output.Handle,
            new WatchedKeyring(keyring, failure => NoteKeyFailure(file, failure)),
            header => MakeAsync(command, batch, file, message, header, cancellationToken),
            TenantMessageReader.OptionsOf(keyring, options),
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

    private async ValueTask<MessageMaterials> MakeAsync(
        ProtectCommand command, ProtectBatch batch, BatchFile file, CatalogEntry message, MessageHeader header, CancellationToken cancellationToken)
    {
        string messageId = Convert.ToHexStringLower(header.MessageId.Span);
        if (messageId != message.MessageId)
        {
            // Written anew, it would be the message that the catalog knows, and nobody could see any more that it was not.
            throw new TenantEncryptionException(
                ErrorCodes.MessageSubstituted, $"'{message.Name}' is message {messageId}, but the catalog knows message {message.MessageId} there.");
        }

        try
        {
            MessageMaterials made = await tools.Materials.MakeAsync(
                command.Operation, batch.State, TenantContext.Written(header.Context), cancellationToken).ConfigureAwait(false);
            batch.NoteWrapped();
            return made;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.LeaseLost)
        {
            _shut.TryAdd(file, exception);
            part.Supply.Failure = exception;
            throw;
        }
    }

    // What a key's provider answers is true of every message under the key; of Direct ones each has its own.
    private void NoteKeyFailure(BatchFile file, TenantEncryptionException exception)
    {
        if (part.Range.Source.IsKek && exception.Code is not (ErrorCodes.WrongKey or ErrorCodes.LeaseLost or ErrorCodes.ContextMismatch))
        {
            _shut.TryAdd(file, exception);
            part.Supply.Shut.TryAdd(part.Range.Source.Id, exception);
        }
    }

    private static async Task<bool> IsKnownAsync(IStoreTransaction transaction, CatalogEntry message) =>
        await transaction.Catalog.FindMessageIdAsync(message.Space, message.Key, message.Version).ConfigureAwait(false) == message.MessageId;

    private async Task<bool> IsReplacedAsync(CatalogEntry message, CancellationToken cancellationToken) =>
        !await tools.Work.ReadAsync(transaction => IsKnownAsync(transaction, message), cancellationToken).ConfigureAwait(false);

    private bool IsFailure(CatalogEntry message, TenantEncryptionException error)
    {
        if (error.Code == ErrorCodes.LeaseLost)
        {
            return false;
        }

        if (error.Code != ErrorCodes.ObjectChanged)
        {
            return true;
        }

        // Batches settle one after the other.
        Dictionary<ObjectName, int> changed = part.Supply.Changed;
        ObjectName name = ObjectName.Of(message);
        return (changed[name] = changed.GetValueOrDefault(name) + 1) >= MostChanges;
    }

    private async Task NoteKeyAsync(Change change, TenantEncryptionException shut)
    {
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(part.Range.MigrationId).ConfigureAwait(false))
        {
            if (item.KekId == part.Range.Source.Id)
            {
                await change.Store.Migrations.PutItemAsync(
                    item with { State = MigrationItemState.Failed, Code = shut.Code, Detail = shut.Detail }).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>What messages are written anew with.</summary>
internal sealed record RangeTools(UnitOfWork Work, TenantMessageReader Reader, MaterialsSource Materials, MessageReencryptor Reencryptor, IFileEffects Effects);
