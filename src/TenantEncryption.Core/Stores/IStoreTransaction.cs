namespace TenantEncryption.Stores;

/// <summary>One atomic piece of work on a store. Not thread-safe; used by one flow at a time.</summary>
internal interface IStoreTransaction : IAsyncDisposable
{
    /// <summary>Facts of the store itself.</summary>
    ISettingsTable Settings { get; }

    /// <summary>Users' own platform profiles.</summary>
    IPlatformTable Platforms { get; }

    /// <summary>Tenants.</summary>
    ITenantTable Tenants { get; }

    /// <summary>Key providers.</summary>
    IProviderTable Providers { get; }

    /// <summary>Key records and wrap reservations.</summary>
    IKeyTable Keys { get; }

    /// <summary>The catalog of protected files.</summary>
    ICatalogTable Catalog { get; }

    /// <summary>Migrations and their items.</summary>
    IMigrationTable Migrations { get; }

    /// <summary>How far those are that write messages anew.</summary>
    IRangeTable Ranges { get; }

    /// <summary>The event log.</summary>
    IEventTable Events { get; }

    /// <summary>Which heads of the event log were anchored.</summary>
    IAnchorTable Anchors { get; }

    /// <summary>The processes that hold reservations or run migrations.</summary>
    ISessionTable Sessions { get; }

    /// <summary>Makes the changes durable and visible. A read transaction need not be committed.</summary>
    /// <param name="cancellationToken">Ends waiting; the transaction is then rolled back.</param>
    /// <returns>When it is durable.</returns>
    /// <exception cref="StoreConflictException">Nothing was kept, as another transaction came in between; statements before it may say so, too.</exception>
    Task CommitAsync(CancellationToken cancellationToken = default);
}
