using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Integrity;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>Makes changes to the store, each with its events in one transaction.</summary>
internal sealed class UnitOfWork(
    IStore store, EventLog log, ProviderAuthenticator authenticator, RaisedEpochs epochs, Lazy<IKms> kms, TimeProvider time, Action<KmsCall>? onKmsCall, Action<string>? onWarning)
{
    private int _warnedOfHead;

    /// <summary>Begins an operation of a caller.</summary>
    /// <param name="name">What it is, for the event log.</param>
    /// <param name="tenantId">The tenant that it is about, if one.</param>
    public Operation Begin(string name, string? tenantId = null) => new(this, new RecordingChannel(kms, time, onKmsCall), name, tenantId);

    /// <summary>Reads in one snapshot.</summary>
    public async Task<T> ReadAsync<T>(Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await read(transaction).ConfigureAwait(false);
    }

    /// <summary>Checks something in one snapshot.</summary>
    public Task ReadAsync(Func<IStoreTransaction, Task> read, CancellationToken cancellationToken) =>
        ReadAsync(
            async transaction =>
            {
                await read(transaction).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Makes a change; nothing of it stays when <paramref name="work"/> throws.</summary>
    public async Task<T> ChangeAsync<T>(Operation operation, Func<Change, Task<T>> work, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        var change = new Change(transaction, log, authenticator, operation);
        T result;
        bool followsHead;
        try
        {
            await using (transaction.ConfigureAwait(false))
            {
                result = await work(change).ConfigureAwait(false);
                followsHead = change.Head is null || await log.FollowsKeptHeadAsync(transaction).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            operation.ReturnKmsCalls(change.KmsCalls);
            throw;
        }

        change.EpochsRaised.ForEach(epochs.Raise);
        KeepHead(change.Head, followsHead);
        return result;
    }

    /// <summary>Makes a change without a result.</summary>
    public Task ChangeAsync(Operation operation, Func<Change, Task> work, CancellationToken cancellationToken) =>
        ChangeAsync(
            operation,
            async change =>
            {
                await work(change).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Tells the caller something that is not an error.</summary>
    public void Warn(string message) => onWarning?.Invoke(message);

    // A log that lacks the kept head is an older copy, or was cut: the kept head stays, as evidence.
    private void KeepHead(EventLogHead? head, bool follows)
    {
        if (!follows && Interlocked.Exchange(ref _warnedOfHead, 1) == 0)
        {
            Warn($"{ErrorCodes.EventLogAltered}: the event log lacks the record whose head was kept outside the store. {ErrorCatalog.Get(ErrorCodes.EventLogAltered).Remedy}");
        }

        if (head is null || !follows)
        {
            return;
        }

        try
        {
            log.KeepHead(head);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Warn($"The head of the event log could not be kept outside the store: {exception.Message}");
        }
    }
}
