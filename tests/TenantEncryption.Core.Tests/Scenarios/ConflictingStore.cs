using TenantEncryption.Stores;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>A store that undoes one commit of so many, as one does where another writer came in between (SQLSTATE 40001): work with side effects shows.</summary>
internal sealed class ConflictingStore(IStore inner, int? every) : IStore
{
    private static readonly AsyncLocal<bool> Counted = new();

    private int _tries;
    private int _open;

    /// <summary>One of how many commits it undoes; <see langword="null"/> for none.</summary>
    public int? Every => every;

    /// <summary>Whether it does so now.</summary>
    public bool IsArmed { get; set; }

    /// <summary>Called before each commit; what it throws is the commit's failure.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>Called after each commit; what it throws is what the caller sees instead of its success.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>How many changes it undid.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Whether this flow's transactions are counted; those of timers are not.</summary>
    public static bool CountsOpen
    {
        get => Counted.Value;
        set => Counted.Value = value;
    }

    /// <summary>How many of those that are counted are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    public string Location => inner.Location;

    public int SchemaVersion => inner.SchemaVersion;

    public StoreCapabilities Capabilities => inner.Capabilities;

    public string? FindExposure() => inner.FindExposure();

    async Task<IStoreTransaction> IStore.BeginAsync(StoreAccess access, StoreScope scope, CancellationToken cancellationToken)
    {
        IStoreTransaction begun = await inner.BeginAsync(access, scope, cancellationToken);
        bool isCounted = CountsOpen;
        Interlocked.Add(ref _open, isCounted ? 1 : 0);
        return new Transaction(this, begun, isCounted);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Transaction(ConflictingStore store, IStoreTransaction inner, bool isCounted) : IStoreTransaction
    {
        private int _ended;

        public ISettingsTable Settings => inner.Settings;

        public IPlatformTable Platforms => inner.Platforms;

        public ITenantTable Tenants => inner.Tenants;

        public IProviderTable Providers => inner.Providers;

        public IKeyTable Keys => inner.Keys;

        public ICatalogTable Catalog => inner.Catalog;

        public IMigrationTable Migrations => inner.Migrations;

        public IRangeTable Ranges => inner.Ranges;

        public IEventTable Events => inner.Events;

        public IAnchorTable Anchors => inner.Anchors;

        public ISessionTable Sessions => inner.Sessions;

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            if (store.IsArmed && Interlocked.Increment(ref store._tries) % store.Every == 1)
            {
                store.Conflicts++;
                await inner.DisposeAsync();
                throw new StoreConflictException("Another writer came in between.");
            }

            store.BeforeCommit?.Invoke();
            await inner.CommitAsync(cancellationToken);
            store.AfterCommit?.Invoke();
        }

        public ValueTask DisposeAsync()
        {
            if (isCounted && Interlocked.Exchange(ref _ended, 1) == 0)
            {
                Interlocked.Decrement(ref store._open);
            }

            return inner.DisposeAsync();
        }
    }
}
