using System.Collections.Concurrent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>What becomes of the messages of one batch: what failed, and whose fault that is, is noted with the range.</summary>
/// <param name="work">The store.</param>
/// <param name="part">The batch's messages.</param>
internal sealed class RangeNotes(UnitOfWork work, RangePart part) : IBatchNotes
{
    // A message that changes while it is read is read again; one that never keeps still is told of.
    private const int MostChanges = 3;

    // A transaction that another writer undid is done anew, and judges the same.
    private readonly Dictionary<BatchFile, bool> _isFailure = [];

    // The files that failed because of a key, or of their space as a whole, which is no fault of their messages.
    private readonly ConcurrentDictionary<BatchFile, TenantEncryptionException> _shut = new();

    /// <summary>The message of a file of the batch, as the catalog has it.</summary>
    public CatalogEntry MessageOf(BatchFile file) => part.Messages[file.Number];

    /// <summary>Writes a message anew: not under a key that can't be opened, and in vain where another message took its place.</summary>
    /// <exception cref="TenantEncryptionException">Why it failed.</exception>
    public async ValueTask WatchAsync(BatchFile file, Func<CatalogEntry, Task> write, CancellationToken cancellationToken)
    {
        // A key that can't be opened is asked for once, not for each of its messages.
        if ((part.Supply.Shut.GetValueOrDefault(part.Range.Source.Id) ?? part.Supply.Failure) is { } shut)
        {
            _shut.TryAdd(file, shut);
            throw shut;
        }

        CatalogEntry message = MessageOf(file);
        try
        {
            await write(message).ConfigureAwait(false);
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

    /// <summary>What a key's provider answers is true of every message under the key; of Direct ones each has its own.</summary>
    public void NoteKeyFailure(BatchFile file, TenantEncryptionException exception)
    {
        if (part.Range.Source.IsKek && exception.Code is not (ErrorCodes.WrongKey or ErrorCodes.LeaseLost or ErrorCodes.ContextMismatch))
        {
            _shut.TryAdd(file, exception);
            part.Supply.Shut.TryAdd(part.Range.Source.Id, exception);
        }
    }

    /// <summary>Nothing can be written any more: the runner ends, and who goes on later finds the message as it was.</summary>
    public void NoteStandstill(BatchFile file, TenantEncryptionException exception)
    {
        if (_shut.TryAdd(file, exception))
        {
            part.Supply.Failure = exception;
        }
    }

    /// <summary>What to say of another message than the catalog knows. One that is pending there is neither a stranger's nor known yet: its writer's end is waited for.</summary>
    /// <param name="file">The message's file.</param>
    /// <param name="found">The id of the message that is there.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The error: <c>OBJECT_CHANGED</c> or <c>MESSAGE_SUBSTITUTED</c>.</returns>
    public async Task<TenantEncryptionException> SubstitutedAsync(BatchFile file, string found, CancellationToken cancellationToken)
    {
        CatalogEntry message = MessageOf(file);
        IReadOnlyList<string> pending = await work.ReadAsync(transaction => transaction.Catalog.FindPendingAsync([found]), cancellationToken).ConfigureAwait(false);
        return pending.Count == 0
            ? new TenantEncryptionException(
                ErrorCodes.MessageSubstituted, $"'{file.Request.Source}' is message {found}, but the catalog knows message {message.MessageId} there.")
            : new TenantEncryptionException(ErrorCodes.ObjectChanged, $"'{file.Request.Source}' is message {found} already, which the catalog is about to know.");
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

    private static async Task<bool> IsKnownAsync(IStoreTransaction transaction, CatalogEntry message) =>
        await transaction.Catalog.FindMessageIdAsync(message.Space, message.Key, message.Version).ConfigureAwait(false) == message.MessageId;

    private async Task<bool> IsReplacedAsync(CatalogEntry message, CancellationToken cancellationToken) =>
        !await work.ReadAsync(transaction => IsKnownAsync(transaction, message), cancellationToken).ConfigureAwait(false);

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
