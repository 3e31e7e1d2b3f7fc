using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.State;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>Reads the store, and makes changes to it, each with its events in one transaction. No row is given before the state that it belongs to was checked.</summary>
internal sealed class UnitOfWork(
    IStore store,
    SessionKeeper session,
    StateChecks checks,
    EventLog log,
    EventWriter events,
    RaisedEpochs epochs,
    Lazy<IKms> kms,
    TimeProvider time,
    Action<KmsCall>? onKmsCall,
    Action<string>? onWarning)
{
    private static int _toldOfUnlockedKeys;

    /// <summary>Begins an operation of a caller.</summary>
    /// <param name="name">What it is, for the event log.</param>
    /// <param name="tenantId">The tenant that it is about, if one.</param>
    public Operation Begin(string name, string? tenantId = null) => new(this, new RecordingChannel(kms, time, onKmsCall), name, tenantId);

    /// <summary>Reads in one snapshot.</summary>
    public Task<T> ReadAsync<T>(Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken) =>
        store.ReadAsync(transaction => read(new CheckedTransaction(transaction, checks)), cancellationToken);

    /// <summary>Checks something in one snapshot.</summary>
    public Task ReadAsync(Func<IStoreTransaction, Task> read, CancellationToken cancellationToken) =>
        ReadAsync(
            async transaction =>
            {
                await read(transaction).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Lists rows of all tenants for people; those of a tenant whose state was altered are left out, with a warning.</summary>
    public Task<T> ListAsync<T>(Func<IStoreTransaction, Task<T>> list, CancellationToken cancellationToken) =>
        store.ReadAsync(transaction => list(new CheckedTransaction(transaction, checks, altered => Warn($"{altered.Code}: {altered.Message}"))), cancellationToken);

    /// <summary>A tenant's state, checked, as it is in a snapshot of its own. What is counted beside it may be older.</summary>
    public Task<TenantState> StateAsync(string tenantId, CancellationToken cancellationToken) =>
        store.ReadAsync(transaction => checks.FindAsync(transaction, tenantId), cancellationToken);

    /// <summary>The same within a transaction.</summary>
    public Task<TenantState> KnownStateAsync(IStoreTransaction transaction, string tenantId) => checks.FindAsync(Inner(transaction), tenantId);

    /// <summary>A tenant's state, checked, within a transaction.</summary>
    public Task<TenantState> StateAsync(IStoreTransaction transaction, string tenantId) => checks.LoadAsync(Inner(transaction), tenantId);

    /// <summary>
    /// Makes a change; nothing of it stays when <paramref name="work"/> throws. Where another writer comes in between, the store undoes it and the work is
    /// done anew: it changes nothing but the store, and what it finds it finds again.
    /// </summary>
    /// <param name="operation">Whose change it is.</param>
    /// <param name="scope">What is changed: a change of more is a defect, and refused.</param>
    /// <param name="work">The change.</param>
    /// <param name="cancellationToken">Ends waiting for other writers.</param>
    /// <returns>What the work gave.</returns>
    public Task<T> ChangeAsync<T>(Operation operation, StoreScope scope, Func<Change, Task<T>> work, CancellationToken cancellationToken) =>
        StoreConflicts.RetryAsync(() => ChangeOnceAsync(operation, scope, work, cancellationToken), cancellationToken);

    /// <summary>Makes a change without a result.</summary>
    public Task ChangeAsync(Operation operation, StoreScope scope, Func<Change, Task> work, CancellationToken cancellationToken) =>
        ChangeAsync(
            operation,
            scope,
            async change =>
            {
                await work(change).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Makes a change that needs nothing but to be told.</summary>
    public Task ChangeAsync(Operation operation, StoreScope scope, Action<Change> work, CancellationToken cancellationToken) =>
        ChangeAsync(
            operation,
            scope,
            change =>
            {
                work(change);
                return Task.FromResult(true);
            },
            cancellationToken);

    /// <summary>
    /// Puts on record what happened already. What the store can't take now, as it is full or locked, is written when it can, as long as this process lives;
    /// the caller hears of it all the same.
    /// </summary>
    public async Task RecordAsync(Operation operation, StoreScope scope, Func<Change, Task> work)
    {
        try
        {
            await ChangeAsync(operation, scope, work, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure) when (SessionKeeper.IsOfStore(failure))
        {
            Owe(() => ChangeAsync(operation, scope, work, CancellationToken.None));
            throw;
        }
    }

    /// <summary>Puts something on record when the store can take it.</summary>
    public void Owe(Func<Task> record) => session.Owe(record);

    /// <summary>The same of what needs nothing but to be told.</summary>
    public void Owe(Operation operation, StoreScope scope, Action<Change> record) => Owe(() => ChangeAsync(operation, scope, record, CancellationToken.None));

    /// <summary>The same of what needs nothing but to be told.</summary>
    public Task RecordAsync(Operation operation, StoreScope scope, Action<Change> work) => RecordAsync(
        operation,
        scope,
        change =>
        {
            work(change);
            return Task.CompletedTask;
        });

    /// <summary>Tells the caller something that is not an error.</summary>
    public void Warn(string message) => onWarning?.Invoke(message);

    /// <summary>Tells, once a process, that its keys can't be locked in memory.</summary>
    public void WarnOfUnlockedKeys()
    {
        if (onWarning is not null && SecretBytes.LockFailure is { } failure && Interlocked.Exchange(ref _toldOfUnlockedKeys, 1) == 0)
        {
            onWarning(failure);
        }
    }

    private async Task<T> ChangeOnceAsync<T>(Operation operation, StoreScope scope, Func<Change, Task<T>> work, CancellationToken cancellationToken)
    {
        var transaction = new CheckedTransaction(
            await store.BeginAsync(StoreAccess.Write, scope, cancellationToken).ConfigureAwait(false), checks)
        { Scope = scope };
        var change = new Change(transaction, log, operation);
        T result;
        IReadOnlyList<ChainTip> tips;
        try
        {
            await using (transaction.ConfigureAwait(false))
            {
                result = await work(change).ConfigureAwait(false);
                tips = await events.WriteAsync(transaction, change.Events).ConfigureAwait(false);
                await (change.Afterwards?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            operation.ReturnKmsCalls(change.KmsCalls);
            throw;
        }

        change.EpochsRaised.ForEach(epochs.Raise);
        Committed(tips);
        return result;
    }

    // The checks read what they check.
    private static IStoreTransaction Inner(IStoreTransaction transaction) => transaction is CheckedTransaction known ? known.Inner : transaction;

    private void Committed(IReadOnlyList<ChainTip> tips)
    {
        try
        {
            events.Committed(tips);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Warn($"The head of the event log could not be kept outside the store: {exception.Message}");
        }
    }
}
