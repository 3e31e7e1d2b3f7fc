using TenantEncryption.Anchors;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Drills;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Grants;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.MasterKeys;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Providers;
using TenantEncryption.Recovery;
using TenantEncryption.Reports;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption;

/// <summary>All that this library offers, opened on a store. Thread-safe; disposing it zeroes every key that it holds.</summary>
public sealed class TenantEncryptionService : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly Composition _parts;

    private TenantEncryptionService(IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, StoreRoot root, RecordingChannel rootCalls)
    {
        _store = store;
        _parts = new Composition(store, kms, options, root, rootCalls);
    }

    /// <summary>Platforms.</summary>
    public PlatformService Platforms => _parts.Platforms;

    /// <summary>Key policies.</summary>
    public PolicyService Policies => _parts.Policies;

    /// <summary>Tenants.</summary>
    public TenantService Tenants => _parts.Tenants;

    /// <summary>Key providers.</summary>
    public KeyProviderService Providers => _parts.Providers;

    /// <summary>Key-encryption keys.</summary>
    public KeyService Keys => _parts.Keys;

    /// <summary>Tenants' keys in files, and back from there.</summary>
    public KeyRingService KeyRings => _parts.KeyRings;

    /// <summary>The root key of the internal KMS.</summary>
    public RootKeyService RootKey => _parts.RootKey;

    /// <summary>Customer master keys in AWS KMS.</summary>
    public MasterKeyService MasterKeys => _parts.MasterKeys;

    /// <summary>Grants on customer master keys.</summary>
    public KeyGrantService Grants => _parts.Grants;

    /// <summary>Migrations.</summary>
    public KeyMigrationService Migrations => _parts.Migrations;

    /// <summary>Rehearsals with key providers.</summary>
    public DrillService Drills => _parts.Drills;

    /// <summary>Protecting and reading data.</summary>
    public TenantDataProtector Data => _parts.Data;

    /// <summary>The event log.</summary>
    public EventLog Events => _parts.Events;

    /// <summary>Anchors of the event log.</summary>
    public AnchorService Anchors => _parts.Anchors;

    /// <summary>Archives of events.</summary>
    public EventArchiveService Archives => _parts.Archives;

    /// <summary>Reports for auditors.</summary>
    public ReportService Reports => _parts.Reports;

    /// <summary>Whether opening made the store, with its root key.</summary>
    public bool IsNew { get; private init; }

    internal UnitOfWork Work => _parts.Work;

    internal RootKeys Roots => _parts.RootKeys;

    /// <summary>
    /// Opens a service on a store. A new store gets its id and root key; what a crashed process left in the catalog is settled.
    /// </summary>
    /// <param name="store">The store; the service owns and disposes it, also when it can't be opened.</param>
    /// <param name="kms">AWS KMS; the service owns and disposes it, also when it can't be opened.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The service.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c> (the key lease, or the schedule of anchors), <c>STORE_NOT_FOUND</c>, <c>ROOT_KEY_MISSING</c>, <c>ROOT_KEY_MISMATCH</c>, <c>ROOT_KEY_EXPOSED</c>, <c>PASSPHRASE_REQUIRED</c>, <c>STORE_NEWER</c>, <c>STORE_LOCKED</c>,
    /// <c>STORE_UNUSABLE</c>.
    /// </exception>
    public static Task<TenantEncryptionService> OpenAsync(
        IStore store, IKms kms, TenantEncryptionOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(store, new Lazy<IKms>(kms), options, cancellationToken);

    /// <summary>The same with a KMS that is made when it is called first: who never leaves the internal KMS loads none.</summary>
    /// <inheritdoc cref="OpenAsync(IStore, IKms, TenantEncryptionOptions?, CancellationToken)"/>
    public static Task<TenantEncryptionService> OpenAsync(
        IStore store, Func<IKms> kms, TenantEncryptionOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(store, new Lazy<IKms>(kms), options, cancellationToken);

    /// <summary>What the store holds.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The facts.</returns>
    public async Task<StoreInfo> DescribeAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<EventLogHeadState> heads = await Events.ListHeadsAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> tenants = await Tenants.ListIdsAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> providers = await Providers.ListAsync(new KeyProviderFilter(), cancellationToken).ConfigureAwait(false);
        return new StoreInfo
        {
            Path = _store.Location,
            Capabilities = _store.Capabilities,
            StoreId = _parts.RootKeys.StoreId,
            SchemaVersion = _store.SchemaVersion,
            RootKeyProtection = _parts.RootKeys.Held.Vault.Protection,
            RootKeyArn = _parts.RootKeys.Held.Vault.MasterKeyArn,
            RootKeyId = _parts.RootKeys.Names.Current.Id,
            Tenants = tenants.Count,
            Providers = providers.Count,
            Keys = providers.Sum(provider => provider.KeyCount),
            Messages = providers.Sum(provider => provider.MessageCount),
            Heads = heads,
        };
    }

    /// <summary>
    /// Accepts that the store is older than what this machine saw of it, as after a backup was restored on purpose: an event in each chain says so. Until then
    /// nothing is read or written for the tenants that lack something. What else was altered is not accepted by it.
    /// </summary>
    /// <param name="cancellationToken">Ends it; what was accepted stays so.</param>
    /// <returns>The chains that lacked what this machine saw, as they were.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>, <c>STORAGE_FAILED</c>, <c>STORE_LOCKED</c>.</exception>
    public Task<IReadOnlyList<EventLogHeadState>> AcceptRollbackAsync(CancellationToken cancellationToken = default) =>
        new RollbackAcceptance(Work, Events, _parts.Chains).AcceptAsync(cancellationToken);

    /// <summary>Ends the sessions that are still open, which records what they did, zeroes every key and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _parts.StopAsync().ConfigureAwait(false);
            await Data.EndSessionsAsync().ConfigureAwait(false);
        }
        finally
        {
            await _parts.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<TenantEncryptionService> OpenAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            TenantEncryptionService service =
                await OpenOwnedAsync(store, kms, options ?? new TenantEncryptionOptions(), cancellationToken).ConfigureAwait(false);
            service.Work.WarnOfUnlockedKeys();
            service._parts.Begin();
            return service;
        }
        catch
        {
            // Nobody else has them: an open database keeps its folder from being replaced, as when a backup is restored.
            Dispose(kms);
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void Dispose(Lazy<IKms> kms)
    {
        if (kms.IsValueCreated)
        {
            kms.Value.Dispose();
        }
    }

    private static async Task<TenantEncryptionService> OpenOwnedAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, CancellationToken cancellationToken)
    {
        if (options.KeyLease is { } lease)
        {
            LeaseRule.CheckOfProcess(lease);
        }

        if (options.Anchors is { } schedule)
        {
            AnchorTimer.Check(schedule);
        }

        IRootKeyVault vault = options.RootKeyVault ?? new FileRootKeyVault();
        var rootCalls = new RecordingChannel(kms, options.Time, options.OnKmsCall);
        RootNotes? notes = await store.ReadAsync(transaction => RootKeyLoader.ReadAsync(transaction.Settings), cancellationToken).ConfigureAwait(false);
        if (notes is null && await TryCreateAsync(store, kms, options, vault, rootCalls, cancellationToken).ConfigureAwait(false) is { } created)
        {
            return created;
        }

        // Another process may have been first.
        notes ??= await store.ReadAsync(transaction => RootKeyLoader.ReadAsync(transaction.Settings), cancellationToken).ConfigureAwait(false);
        StoreRoot root = await RootKeyLoader.OpenAsync(notes!, vault, rootCalls, cancellationToken).ConfigureAwait(false);
        var service = new TenantEncryptionService(store, kms, options, root, rootCalls);
        if (store.FindExposure() is { } how)
        {
            service.Work.Warn($"The store '{store.Location}' {how}. Who writes it can't read or forge anything, and can deny service.");
        }

        try
        {
            await CatalogRecovery.SettleAsync(store, service._parts.Session, service._parts.Space, cancellationToken).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Nothing, when another process made it first.
    private static async Task<TenantEncryptionService?> TryCreateAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, IRootKeyVault vault, RecordingChannel rootCalls, CancellationToken cancellationToken)
    {
        string storeId = Guid.NewGuid().ToString("N");
        var keys = RootKeySet.Create();
        byte[]? sealedKeys = await vault.SealAsync(storeId, keys, rootCalls, cancellationToken).ConfigureAwait(false);
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, StoreScope.All, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        if (await RootKeyLoader.ReadAsync(transaction.Settings).ConfigureAwait(false) is not null)
        {
            keys.Dispose();
            return null;
        }

        if ((await transaction.Tenants.ListAsync().ConfigureAwait(false)).Count > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.RootKeyMismatch, "The store has tenants, but lost its id; a new root key would not open what they have.");
        }

        await RootKeyLoader.NameAsync(transaction.Settings, storeId).ConfigureAwait(false);
        await RootKeyLoader.KeepAsync(transaction.Settings, storeId, keys, sealedKeys, vault).ConfigureAwait(false);
        var service = new TenantEncryptionService(store, kms, options, new StoreRoot(storeId, keys, keys.Mark, vault), rootCalls) { IsNew = true };
        try
        {
            IReadOnlyList<ChainTip> tips = await service._parts.WriteCreatedAsync(transaction).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            service._parts.EventWriter.Committed(tips);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
