using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Drills;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Grants;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Root;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;
using TenantEncryption.MasterKeys;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Grants;
using TenantEncryption.Providers.Validation;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption;

/// <summary>All that this library offers, opened on a store. Thread-safe; disposing it zeroes every key that it holds.</summary>
public sealed class TenantEncryptionService : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly Lazy<IKms> _kms;
    private readonly string _storeId;
    private readonly RootKeyProtection _rootKeyProtection;
    private readonly InternalKms _internalKms;
    private readonly LogKeys _logKeys;
    private readonly ProviderAuthenticator _authenticator;
    private readonly KeyLeases _leases;
    private readonly SessionKeeper _session;

    private TenantEncryptionService(IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, StoreRoot root)
    {
        (string storeId, RootKeySet roots, IRootKeyVault vault) = root;
        (_store, _kms, _storeId, _rootKeyProtection) = (store, kms, storeId, vault.Protection);
        TimeProvider time = options.Time;
        string actor = options.Actor ?? $"{Environment.UserName}@{Environment.MachineName}";
        _internalKms = new InternalKms(store, vault, storeId, roots, options.AeadFactory);
        _logKeys = new LogKeys(_internalKms, storeId);
        Events = new EventLog(
            store,
            _logKeys,
            new HeadFile(options.LogHeadFolder ?? HeadFolderOf(root), storeId),
            storeId,
            actor,
            time);
        _authenticator = new ProviderAuthenticator(_logKeys, store);
        Work = new UnitOfWork(store, Events, _authenticator, kms, time, options.OnKmsCall, options.OnWarning);
        var sealer = new KeySealer(new KeySources(_internalKms, _authenticator), _internalKms, options.AeadFactory);
        var refusals = new RefusalLog(Work, time);
        var regions = new ProviderRegions(Work, _authenticator, refusals, new RegionCircuits(time));
        var keyMaker = new KeyMaker(sealer, regions, time);
        var secondLayer = new SecondLayer(_authenticator);
        _leases = new KeyLeases(store, sealer, regions, _authenticator, secondLayer, time, options.KeyLease, options.AeadFactory);
        Work.OnEpochRaised = _leases.Recheck;
        _session = new SessionKeeper(store, time);
        Platforms = new PlatformService(Work);
        Policies = new PolicyService(Work, _authenticator, time);
        var tester = new KeyProviderTester(
            Work,
            _leases,
            new KeyProviderValidator(sealer, _authenticator, time),
            new RegionReview(Work, sealer, _authenticator),
            refusals,
            time);
        var grants = new GrantMaker(time);
        Tenants = new TenantService(Work, keyMaker, new FirstProvider(Work, _authenticator, tester, grants, time), time);
        Providers = new KeyProviderService(Work, Events, _session, keyMaker, tester, grants, time);
        Keys = new KeyService(Work, _leases, keyMaker);
        Drills = new DrillService(Work, sealer, _authenticator, secondLayer, _session, new LeftOvers(Work, Events, _session, time), time);
        RootKey = new RootKeyService(Work, sealer, _internalKms, _logKeys, vault, storeId);
        var connections = new KeyConnections(Work, _authenticator);
        MasterKeys = new MasterKeyService(Work, connections, time);
        Grants = new KeyGrantService(Work, connections);
        Migrations = new KeyMigrationService(Work, Providers, _session, new KekRewrapper(Work, _session, keyMaker, secondLayer, time), actor, time);

        var reservations = new KeyReservations(Work, _leases, Keys, _session, options.WrapLimit);
        var materials = new MaterialsSource(_leases, regions);
        var writer = new MessageWriter(options.AeadFactory);
        var contextKeys = new ContextKeys(Work);
        var reader = new TenantMessageReader(Work, _leases, contextKeys, new MessageReader(options.AeadFactory), options.FileEffects, time);
        var fileProtector = new FileProtector(
            reservations,
            new ProtectedFileWriter(materials, writer, options.FileEffects, time),
            new CatalogWriter(Work, time),
            new SourceRemover(reader, options.FileEffects),
            options.FileEffects);
        var fileUnprotector = new FileUnprotector(reader, options.FileEffects, time);
        var fileTester = new FileTester(reader, time);
        Data = new TenantDataProtector(
            Work,
            contextKeys,
            reader,
            ended => new DataSession(
                Work.Begin("Data"),
                _leases,
                fileProtector,
                reader,
                fileUnprotector,
                fileTester,
                materials,
                writer,
                tenantId => new WrapBudget(Work, reservations, tenantId),
                new ReadTally(Work),
                options.FileEffects,
                time,
                ended));
    }

    /// <summary>Platforms.</summary>
    public PlatformService Platforms { get; }

    /// <summary>Key policies.</summary>
    public PolicyService Policies { get; }

    /// <summary>Tenants.</summary>
    public TenantService Tenants { get; }

    /// <summary>Key providers.</summary>
    public KeyProviderService Providers { get; }

    /// <summary>Key-encryption keys.</summary>
    public KeyService Keys { get; }

    /// <summary>The root key of the internal KMS.</summary>
    public RootKeyService RootKey { get; }

    /// <summary>Customer master keys in AWS KMS.</summary>
    public MasterKeyService MasterKeys { get; }

    /// <summary>Grants on customer master keys.</summary>
    public KeyGrantService Grants { get; }

    /// <summary>Migrations.</summary>
    public KeyMigrationService Migrations { get; }

    /// <summary>Rehearsals with key providers.</summary>
    public DrillService Drills { get; }

    /// <summary>Protecting and reading data.</summary>
    public TenantDataProtector Data { get; }

    /// <summary>The event log.</summary>
    public EventLog Events { get; }

    /// <summary>Whether opening made the store, with its root key.</summary>
    public bool IsNew { get; private init; }

    internal UnitOfWork Work { get; }

    /// <summary>
    /// Opens a service on a store. A new store gets its id and root key; what a crashed process left in the catalog is settled.
    /// </summary>
    /// <param name="store">The store; the service owns and disposes it, also when it can't be opened.</param>
    /// <param name="kms">AWS KMS; the service owns and disposes it, also when it can't be opened.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The service.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c> (the key lease), <c>STORE_NOT_FOUND</c>, <c>ROOT_KEY_MISSING</c>, <c>ROOT_KEY_MISMATCH</c>, <c>ROOT_KEY_EXPOSED</c>, <c>PASSPHRASE_REQUIRED</c>, <c>STORE_NEWER</c>, <c>STORE_LOCKED</c>,
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
        EventLogHead head = await Events.GetHeadAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<EncryptionTenant> tenants = await Tenants.ListAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> providers = await Providers.ListAsync(new KeyProviderFilter(), cancellationToken).ConfigureAwait(false);
        return new StoreInfo
        {
            Path = _store.Location,
            StoreId = _storeId,
            SchemaVersion = _store.SchemaVersion,
            RootKeyProtection = _rootKeyProtection,
            RootKeyId = _internalKms.Roots.Current.Id,
            Tenants = tenants.Count,
            Providers = providers.Count,
            Keys = providers.Sum(provider => provider.KeyCount),
            Messages = providers.Sum(provider => provider.MessageCount),
            LogHead = head,
        };
    }

    /// <summary>Ends the sessions that are still open, which records what they did, zeroes every key and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Data.EndSessionsAsync().ConfigureAwait(false);
        }
        finally
        {
            _leases.Dispose();
            await _session.DisposeAsync().ConfigureAwait(false);
            _logKeys.Dispose();
            _internalKms.Dispose();
            Dispose(_kms);
            await _store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<TenantEncryptionService> OpenAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenOwnedAsync(store, kms, options ?? new TenantEncryptionOptions(), cancellationToken).ConfigureAwait(false);
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

    // Accounts that share the root share the head.
    private static string HeadFolderOf(StoreRoot root) =>
        root.Vault is FileRootKeyVault { Protection: RootKeyProtection.DpapiMachine } machine ? machine.FolderOf(root.StoreId) : FileRootKeyVault.DefaultFolder;

    private static async Task<TenantEncryptionService> OpenOwnedAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, CancellationToken cancellationToken)
    {
        if (options.KeyLease is { } lease)
        {
            LeaseRule.CheckOfProcess(lease);
        }

        IRootKeyVault vault = options.RootKeyVault ?? new FileRootKeyVault();
        StoreRoot? known;
        IStoreTransaction reading = await store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using (reading.ConfigureAwait(false))
        {
            known = await RootKeyLoader.LoadAsync(reading.Settings, vault).ConfigureAwait(false);
        }

        if (known is null)
        {
            return await CreateAsync(store, kms, options, vault, cancellationToken).ConfigureAwait(false);
        }

        var service = new TenantEncryptionService(store, kms, options, known);
        try
        {
            await CatalogRecovery.SettleAsync(store, service._session, cancellationToken).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<TenantEncryptionService> CreateAsync(
        IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, IRootKeyVault vault, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);

        // Another process may have been first.
        StoreRoot? known = await RootKeyLoader.LoadAsync(transaction.Settings, vault).ConfigureAwait(false);
        if (known is null && (await transaction.Tenants.ListAsync().ConfigureAwait(false)).Count > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.RootKeyMismatch, "The store has tenants, but lost its id; a new root key would not open what they have.");
        }

        StoreRoot root = known ?? await RootKeyLoader.CreateAsync(transaction.Settings, vault).ConfigureAwait(false);
        var service = new TenantEncryptionService(store, kms, options, root) { IsNew = known is null };
        try
        {
            if (await LogKeys.CurrentIdAsync(transaction.Settings).ConfigureAwait(false) == 0)
            {
                await service._logKeys.BeginNextAsync(transaction.Settings).ConfigureAwait(false);
                Operation operation = service.Work.Begin("Connect-TenantEncryption");
                await using var ended = operation.ConfigureAwait(false);
                var change = new Change(transaction, service.Events, service._authenticator, operation);
                await change.RecordAsync(EventTypes.StoreCreated, null, new JObject { ["rootKeyId"] = root.Keys.Current.Id }).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
