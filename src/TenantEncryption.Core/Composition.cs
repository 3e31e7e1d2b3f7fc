using Newtonsoft.Json.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Data.Cataloguing;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Drills;
using TenantEncryption.Envelope;
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
using TenantEncryption.Recovery;
using TenantEncryption.Reports;
using TenantEncryption.Spaces;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption;

/// <summary>The parts of a service, layer by layer: each is made once, of those above it.</summary>
internal sealed class Composition : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly Lazy<IKms> _kms;
    private readonly StateChecks _checks;
    private readonly Func<AnchorTimer>? _beginTimer;
    private AnchorTimer? _timer;

    /// <summary>Makes the parts; nothing is read or called yet.</summary>
    public Composition(IStore store, Lazy<IKms> kms, TenantEncryptionOptions options, StoreRoot root, RecordingChannel rootCalls)
    {
        (_store, _kms) = (store, kms);
        string storeId = root.StoreId;
        TimeProvider time = options.Time;
        string actor = options.Actor ?? $"{Environment.UserName}@{Environment.MachineName}";

        Session = new SessionKeeper(store, time, options.OnWarning, options.Process);
        Spaces = new ReachableSpaces(new LocalFiles(options.FileEffects, options.Machine), options.ObjectStore);
        RootKeys = new RootKeys(store, root, rootCalls, time, options.KeyLease);
        InternalKms = new InternalKms(RootKeys, options.AeadFactory);
        LogKeys = new LogKeys(RootKeys, InternalKms);
        var heads = new HeadFiles(options.LogHeadFolder ?? HeadFolderOf(root), storeId);
        Chains = new EventChains(store, LogKeys, heads);
        var verifier = new ChainVerifier(store, LogKeys);
        Events = new EventLog(store, new EventLogVerifier(store, Chains, verifier, heads, new AnchorReview(store, Chains, storeId, OpenBucket, time), storeId), storeId, actor, time);
        var epochs = new RaisedEpochs();
        _checks = new StateChecks(Chains);
        EventWriter = new EventWriter(Events, Chains, LogKeys);
        Work = new UnitOfWork(store, Session, _checks, Events, EventWriter, epochs, kms, time, options.OnKmsCall, options.OnWarning);

        RootKeys.OnAsked = new RootCallRecorder(Work, rootCalls).Owe;

        Archives = new EventArchiveService(Work, store, LogKeys, verifier, storeId);
        Anchors = new AnchorService(Work, Events, new AnchorMaker(Work, Chains, storeId), new AnchorPublisher(Work, new AnchorBucketPublisher(Work, storeId, OpenBucket, time), storeId), options.Anchors?.Places, time);
        _beginTimer = options.Anchors is { } schedule ? () => new AnchorTimer(Anchors, schedule, Work, time) : null;

        var refusals = new RefusalLog(Work, time);
        var regions = new ProviderRegions(Work, refusals, new RegionCircuits(time));
        var sealer = new KeySealer(new KeySources(InternalKms), InternalKms, options.AeadFactory);
        var keyMaker = new KeyMaker(sealer, regions, time);
        Leases = new KeyLeases(Work, sealer, regions, RootKeys, epochs, time, options.KeyLease, options.AeadFactory);
        RootKey = new RootKeyService(Work, sealer, RootKeys, LogKeys, Chains);

        var validator = new KeyProviderValidator(sealer, time);
        var tester = new KeyProviderTester(Work, Leases, validator, new RegionReview(Work, sealer), refusals, time);
        var grants = new GrantMaker(time);
        Providers = new KeyProviderService(Work, Events, Session, keyMaker, tester, grants, new FirstActivation(actor, time), time);
        Keys = new KeyService(Work, Leases, keyMaker, new KeyRemover(Work, Session, time));

        Platforms = new PlatformService(Work);
        var first = new FirstProvider(Work, tester, grants, time);
        var remover = new TenantRemover(Work, Session, Leases);
        var shredder = new TenantShredder(Work, remover, RootKey, RootKeys, Chains, new UnreachedCopies(Work, RootKeys), storeId);
        Tenants = new TenantService(Work, keyMaker, first, remover, shredder, time);
        var records = new RingRecords(sealer, keyMaker, InternalKms, options.AeadFactory);
        KeyRings = new KeyRingService(
            new KeyRingExporter(Work, records, time, storeId), new KeyRingPlanner(Work, verifier, first, time), new KeyRingImporter(Work, records, keyMaker, tester, time));

        var contextKeys = new ContextKeys(Work);
        var reader = new TenantMessageReader(Work, Leases, contextKeys, new MessageReader(options.AeadFactory), Spaces, options.FileEffects, time);
        var reservations = new WrapReservations(Work, Leases, Keys, Session, options.WrapLimit);
        var materials = new MaterialsSource(Leases, regions);
        var writer = new MessageWriter(options.AeadFactory);
        var protectSteps = new ProtectSteps(
            new BatchWriter(new ProtectedFileWriter(materials, writer, options.FileEffects), time),
            new CatalogWriter(Work, Space, time),
            new FileNames(options.FileEffects),
            new SourceRemover(reader, options.FileEffects));
        var protector = new FileProtector(reservations, protectSteps);
        var objects = new ObjectProtector(
            store, Session, Spaces, reservations, Work, new ObjectWriter(materials, writer, options.FileEffects), protectSteps.Sources, time);
        var files = new FileWork(protector, objects, Spaces, new FileUnprotector(Work, reader, options.FileEffects, time), new FileTester(reader, time), options.FileEffects, time);
        var values = new ValueWork(Work, Leases, reservations, materials, writer, reader);
        Data = new TenantDataProtector(Work, contextKeys, files, values, new CatalogWork(Work, reader, contextKeys, Spaces, Space, options.FileEffects, options.Time), Spaces);

        var runners = new MigrationRunners(Work, Session);
        var ranges = new RangeWork(
            new RangeTools(Work, new RangeKeys(reader, materials), new MessageReencryptor(options.AeadFactory), options.FileEffects),
            new RangeClaims(Work, runners, Spaces, time),
            reservations,
            protectSteps,
            Session,
            store,
            Spaces,
            time);
        var modes = new Dictionary<MigrationMode, IMigrationMode>
        {
            [MigrationMode.RewrapKek] = new KekRewrapper(Work, keyMaker, time),
            [MigrationMode.Reencrypt] = new Reencryption(keyMaker, ranges, time),
        };
        Migrations = new KeyMigrationService(Work, Providers, Session, runners, modes, actor, time);
        var connections = new KeyConnections(Work);
        MasterKeys = new MasterKeyService(Work, connections, time);
        Grants = new KeyGrantService(Work, connections);
        Policies = new PolicyService(Work, time);
        Drills = new DrillService(Work, sealer, Session, new LeftOvers(Work, Events, Session, time), time);
        Reports = new ReportService(Work, Events, Anchors, runners, () => DescribeStore(store), actor, time);
    }

    private IBucket OpenBucket(string name) => Spaces.Bucket(name).Bucket;

    public SessionKeeper Session { get; }

    public ReachableSpaces Spaces { get; }

    public IObjectSpace Space => Spaces.Local;

    public RootKeys RootKeys { get; }

    public InternalKms InternalKms { get; }

    public LogKeys LogKeys { get; }

    public EventChains Chains { get; }

    public EventLog Events { get; }

    public AnchorService Anchors { get; }

    public EventArchiveService Archives { get; }

    public EventWriter EventWriter { get; }

    public UnitOfWork Work { get; }

    public KeyLeases Leases { get; }

    public RootKeyService RootKey { get; }

    public KeyProviderService Providers { get; }

    public KeyService Keys { get; }

    public KeyRingService KeyRings { get; }

    public PlatformService Platforms { get; }

    public TenantService Tenants { get; }

    public TenantDataProtector Data { get; }

    public KeyMigrationService Migrations { get; }

    public MasterKeyService MasterKeys { get; }

    public KeyGrantService Grants { get; }

    public PolicyService Policies { get; }

    public DrillService Drills { get; }

    public ReportService Reports { get; }

    /// <summary>Writes that the store was created, in the transaction that gives it its root.</summary>
    public Task<IReadOnlyList<ChainTip>> WriteCreatedAsync(IStoreTransaction transaction) => EventWriter.WriteAsync(
        new CheckedTransaction(transaction, _checks) { Scope = StoreScope.Store },
        [new NewEvent(EventTypes.StoreCreated, null, Events.Now(), new JObject { ["rootKeyId"] = RootKeys.Names.Current.Id })]);

    /// <summary>Begins what is done while the service is open.</summary>
    public void Begin()
    {
        _timer = _beginTimer?.Invoke();
        RootKeys.OnAsked!();
    }

    /// <summary>Ends it.</summary>
    public ValueTask StopAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Zeroes every key and closes the store; sessions have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        Leases.Dispose();
        Spaces.Dispose();
        await Session.DisposeAsync().ConfigureAwait(false);
        LogKeys.Dispose();
        RootKeys.Dispose();
        if (_kms.IsValueCreated)
        {
            _kms.Value.Dispose();
        }

        await _store.DisposeAsync().ConfigureAwait(false);
    }

    private ReportedStore DescribeStore(IStore store) => new()
    {
        Location = store.Location,
        StoreId = RootKeys.StoreId,
        SchemaVersion = store.SchemaVersion,
        OverwritesReplacedRecords = store.Capabilities.OverwritesReplacedRecords,
        SharedByMachines = store.Capabilities.SharedByMachines,
        RootKeyProtection = RootKeys.Held.Vault.Protection,
        RootKeyArn = RootKeys.Held.Vault.MasterKeyArn,
        RootKeyId = RootKeys.Names.Current.Id,
    };

    // Accounts that share the root share the head.
    private static string HeadFolderOf(StoreRoot root) =>
        root.Vault is FileRootKeyVault { Protection: RootKeyProtection.DpapiMachine } machine ? machine.FolderOf(root.StoreId) : FileRootKeyVault.DefaultFolder;
}
