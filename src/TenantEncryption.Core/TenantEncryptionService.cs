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
    private readonly IKms _kms;
    private readonly string _storeId;
    private readonly RootKeyProtection _rootKeyProtection;
    private readonly InternalKms _internalKms;
    private readonly LogKeys _logKeys;
    private readonly ProviderAuthenticator _authenticator;
    private readonly KeyRing _ring;
    private readonly SessionKeeper _session;

    private TenantEncryptionService(IStore store, IKms kms, TenantEncryptionOptions options, StoreRoot root)
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
        Journal = new ChangeJournal(store, Events, _authenticator, kms, time, options.OnKmsCall, options.OnWarning);
        var sealer = new KeySealer(_internalKms, _authenticator, options.AeadFactory);
        var refusals = new RefusalLog(Journal, time);
        var regions = new ProviderRegions(Journal, _authenticator, refusals, new RegionCircuits(time));
        var keyMaker = new KeyMaker(sealer, regions, time);
        var secondLayer = new SecondLayer(_authenticator);
        _ring = new KeyRing(store, sealer, regions, _authenticator, secondLayer, time, options.KeyLease, options.AeadFactory);
        Journal.OnEpochRaised = _ring.Recheck;
        _session = new SessionKeeper(store, time);
        Platforms = new PlatformService(Journal);
        Policies = new PolicyService(Journal, _authenticator, time);
        var tester = new KeyProviderTester(
            Journal,
            _ring,
            new KeyProviderValidator(sealer, _authenticator, time),
            new RegionReview(Journal, sealer, _authenticator),
            refusals,
            time);
        var grants = new GrantMaker(time);
        Tenants = new TenantService(Journal, keyMaker, new FirstProvider(Journal, _authenticator, tester, grants, time), time);
        Providers = new KeyProviderService(Journal, Events, _session, keyMaker, tester, grants, time);
        Keys = new KeyService(Journal, _ring, keyMaker);
        Drills = new DrillService(Journal, sealer, _authenticator, secondLayer, _session, new LeftOvers(Journal, Events, _session, time), time);
        RootKey = new RootKeyService(Journal, sealer, _internalKms, _logKeys, vault, storeId);
        var connections = new KeyConnections(Journal, _authenticator);
        MasterKeys = new MasterKeyService(Journal, connections, time);
        Grants = new KeyGrantService(Journal, connections);
        Migrations = new KeyMigrationService(Journal, Providers, _session, new KekRewrapper(Journal, _session, keyMaker, secondLayer, time), actor, time);

        var reservations = new KeyReservations(Journal, _ring, Keys, _session, options.WrapLimit);
        var materials = new MaterialsSource(_ring, regions);
        var writer = new MessageWriter(options.AeadFactory);
        var contextKeys = new ContextKeys(Journal);
        var fileReader = new FileReader(Journal, _ring, contextKeys, new MessageReader(options.AeadFactory), options.FileEffects, time);
        var fileProtector = new FileProtector(
            reservations,
            new ProtectedFileWriter(materials, writer, options.FileEffects, time),
            new CatalogWriter(Journal, time),
            new SourceRemover(fileReader, options.FileEffects),
            options.FileEffects);
        var fileUnprotector = new FileUnprotector(fileReader, options.FileEffects, time);
        var fileTester = new FileTester(fileReader, time);
        Data = new TenantDataProtector(
            Journal,
            contextKeys,
            fileReader,
            ended => new DataSession(
                Journal.Begin("Data"),
                _ring,
                fileProtector,
                fileReader,
                fileUnprotector,
                fileTester,
                materials,
                writer,
                tenantId => new WrapBudget(Journal, reservations, tenantId),
                new ReadTally(Journal),
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

    internal ChangeJournal Journal { get; }

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
    public static async Task<TenantEncryptionService> OpenAsync(
        IStore store, IKms kms, TenantEncryptionOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await OpenOwnedAsync(store, kms, options ?? new TenantEncryptionOptions(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Nobody else has them: an open database keeps its folder from being replaced, as when a backup is restored.
            kms.Dispose();
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

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
            _ring.Dispose();
            await _session.DisposeAsync().ConfigureAwait(false);
            _logKeys.Dispose();
            _internalKms.Dispose();
            _kms.Dispose();
            await _store.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Accounts that share the root share the head.
    private static string HeadFolderOf(StoreRoot root) =>
        root.Vault is FileRootKeyVault { Protection: RootKeyProtection.DpapiMachine } machine ? machine.FolderOf(root.StoreId) : FileRootKeyVault.DefaultFolder;

    private static async Task<TenantEncryptionService> OpenOwnedAsync(
        IStore store, IKms kms, TenantEncryptionOptions options, CancellationToken cancellationToken)
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
        IStore store, IKms kms, TenantEncryptionOptions options, IRootKeyVault vault, CancellationToken cancellationToken)
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
                Operation operation = service.Journal.Begin("TenantEncryptionService.OpenAsync");
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
