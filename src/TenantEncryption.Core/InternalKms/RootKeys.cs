using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// The root keys of a store as this process has them: for as long as their vault allows, and then asked for anew by one call at a time, which all share who wait.
/// When another process rotated the root, the new one is asked for. No vault is asked while a transaction is open.
/// </summary>
internal sealed class RootKeys : IDisposable
{
    private readonly IStore _store;
    private readonly IKmsChannel _kms;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _shorterLease;
    private readonly object _gate = new();
    private readonly List<RootLease> _leases = [];
    private readonly ITimer _sweeper;
    private volatile RootHolding _held;
    private Task<RootHolding>? _asking;
    private volatile bool _disposed;

    /// <summary>Takes over the root keys of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="root">Its root.</param>
    /// <param name="kms">The vault's way to a KMS.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="shorterLease">A lease that this process wants, where it is shorter than the vault's.</param>
    public RootKeys(IStore store, StoreRoot root, IKmsChannel kms, TimeProvider time, TimeSpan? shorterLease)
    {
        (_store, _kms, _time, _shorterLease, StoreId) = (store, kms, time, shorterLease, root.StoreId);
        _sweeper = time.CreateTimer(_ => _held!.Lease.EndIfOver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _held = Hold(root.Keys, root.Mark, root.Vault, Term(root.Vault));
    }

    /// <summary>The store's id.</summary>
    public string StoreId { get; }

    /// <summary>The root keys at hand, or that were until their lease was over.</summary>
    public RootHolding Held => _held;

    /// <summary>Their names.</summary>
    public RootNames Names => _held.Names;

    /// <summary>What is left of their lease: what they opened is not held for longer; <see langword="null"/> where it has no end.</summary>
    public TimeSpan? Left => _held.Lease.Left;

    /// <summary>The code of what the vault answered when it was asked last and gave no root keys; <see langword="null"/> where it gave them.</summary>
    public string? Failure { get; private set; }

    /// <summary>Is shown root keys when they come to hand.</summary>
    public Action<RootKeySet>? OnLearned { get; set; }

    /// <summary>Is told that the vault was asked, whatever it answered.</summary>
    public Action? OnAsked { get; set; }

    /// <summary>Is told that the vault refused: what the root keys opened is to be forgotten.</summary>
    public Action? OnRefused { get; set; }

    /// <summary>The root keys, in use; while no transaction is open, as the vault may be asked for them.</summary>
    /// <exception cref="TenantEncryptionException">What the vault answered.</exception>
    public async Task<RootUse> UseAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_held.Lease.TryUse() is { } use)
            {
                return use;
            }

            RootHolding fresh = await AskAsync(cancellationToken).ConfigureAwait(false);
            if (fresh.Lease.TryUse(isFresh: true) is { } first)
            {
                return first;
            }
        }
    }

    /// <summary>The root keys that are at hand without asking, in use; <see langword="null"/> when their lease is over.</summary>
    public RootUse? TryUse() => _held.Lease.TryUse();

    /// <summary>Has the root keys that the store needs now; while no transaction is open.</summary>
    /// <exception cref="TenantEncryptionException">What the vault answered.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken) => _store.ReadAsync(
        async transaction =>
        {
            await RefreshAsync(transaction.Settings).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Sees to it, within a transaction, that the root keys known are those that the store needs: another process may have rotated them.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <exception cref="OutsideTransactionException">The vault has to be asked.</exception>
    public async Task RefreshAsync(ISettingsTable settings)
    {
        if (await AreKnownAsync(settings).ConfigureAwait(false))
        {
            return;
        }

        // What was looked at may be a snapshot from before a rotation that this process knows of, or begins.
        bool areKnown = await _store.ReadOnceAsync(
            async now => await AreKnownAsync(now.Settings).ConfigureAwait(false)
                || Names.AreAheadOf(await RootKeyLoader.CurrentIdAsync(now.Settings).ConfigureAwait(false)),
            CancellationToken.None).ConfigureAwait(false);
        if (!areKnown)
        {
            throw new OutsideTransactionException("the root key, which another process rotated.", AskAsync);
        }
    }

    /// <summary>Root keys that this process made, which their vault sealed just now.</summary>
    public RootHolding Hold(RootKeySet roots, IRootKeyVault vault) => Hold(roots, roots.Mark, vault, Term(vault));

    /// <summary>Takes root keys for those that the store needs from now on. Those before stay as they are, for when this comes to nothing.</summary>
    public void Put(RootHolding holding)
    {
        using RootUse? use = holding.Lease.TryUse(isFresh: true);
        if (use is not null)
        {
            OnLearned?.Invoke(use.Roots);
        }

        lock (_gate)
        {
            _held = holding;
        }

        Watch(holding);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _sweeper.Dispose();
        lock (_gate)
        {
            _leases.ForEach(lease => lease.End());
        }
    }

    private async Task<RootHolding> AskAsync(CancellationToken cancellationToken)
    {
        Task<RootHolding> asking;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);

            // Who gives up waiting ends nobody else's call.
            asking = _asking ??= Task.Run(AskForAllAsync, CancellationToken.None);
        }

        return await asking.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<RootHolding> AskForAllAsync()
    {
        try
        {
            RootHolding fresh = await AskOnceAsync().ConfigureAwait(false);
            Failure = null;
            return fresh;
        }
        catch (TenantEncryptionException failure)
        {
            Failure = failure.Code;
            if (failure.Definition.Kind != ErrorKind.Unavailable)
            {
                _held.Lease.End();
                OnRefused?.Invoke();
            }

            throw;
        }
        finally
        {
            lock (_gate)
            {
                _asking = null;
            }

            OnAsked?.Invoke();
        }
    }

    private async Task<RootHolding> AskOnceAsync()
    {
        RootNotes? notes = await _store.ReadOnceAsync(transaction => RootKeyLoader.ReadAsync(transaction.Settings), CancellationToken.None).ConfigureAwait(false);
        if (notes?.StoreId != StoreId)
        {
            throw new TenantEncryptionException(ErrorCodes.StoreAltered, "The store lost its id, or has another one's.");
        }

        // The time begins before the answer, and so never after it.
        LeaseTerm? term = Term(_held.Vault);
        StoreRoot root = await RootKeyLoader.OpenAsync(notes, _held.Vault, _kms, CancellationToken.None).ConfigureAwait(false);
        RootHolding fresh = Hold(root.Keys, root.Mark, root.Vault, term);
        RootHolding before;
        lock (_gate)
        {
            before = _held;
            if (before.Names.AreAheadOf(notes.CurrentId))
            {
                return fresh;
            }

            _held = fresh;
        }

        before.Lease.End();
        OnLearned?.Invoke(root.Keys);
        Watch(fresh);
        return fresh;
    }

    private RootHolding Hold(RootKeySet roots, string mark, IRootKeyVault vault, LeaseTerm? term)
    {
        var lease = new RootLease(roots, term);
        lock (_gate)
        {
            _leases.RemoveAll(known => known.IsZeroed);
            _leases.Add(lease);
        }

        return new RootHolding(lease, RootNames.Of(roots, mark), vault);
    }

    private LeaseTerm? Term(IRootKeyVault vault) => vault.Lease is { } longest
        ? new LeaseTerm(_time, _shorterLease is { } shorter && shorter < longest ? shorter : longest)
        : null;

    private void Watch(RootHolding holding)
    {
        if (holding.Lease.Left is { } left && !_disposed)
        {
            _sweeper.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task<bool> AreKnownAsync(ISettingsTable settings) =>
        await RootKeyLoader.MarkAsync(settings).ConfigureAwait(false) is not { } needed || needed == Names.Mark;
}
