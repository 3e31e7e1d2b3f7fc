namespace TenantEncryption.Stores;

/// <summary>
/// Where tenants, providers, sealed keys, the catalog, migrations and events are kept. The rules are Core's; a store keeps rows,
/// enforces uniqueness (one Active provider, one Current key and one unfinished migration per tenant) and makes each transaction atomic,
/// durable and serializable across processes. Nothing in it is plaintext key material. Implementations are thread-safe.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>Where the store is, for people: a path or an address without secrets.</summary>
    string Location { get; }

    /// <summary>The version of its schema.</summary>
    int SchemaVersion { get; }

    /// <summary>What it can do beside keeping rows.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>By whom it can be written who should not be able to, in words that follow its location; <see langword="null"/> when nothing is known.</summary>
    /// <returns>How it is exposed, such as <c>can be written by everybody (mode 0666)</c>.</returns>
    string? FindExposure();

    /// <summary>
    /// Begins a transaction. A write transaction excludes other writers of its scope from its beginning, so what it reads is what it changes.
    /// </summary>
    /// <param name="access">Reading or writing.</param>
    /// <param name="scope">What it changes; of no meaning for one that reads.</param>
    /// <param name="cancellationToken">Ends waiting for other writers.</param>
    /// <returns>The transaction; disposing it without a commit changes nothing.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_LOCKED</c>, <c>STORE_NEWER</c>, <c>STORE_UNUSABLE</c>.</exception>
    internal Task<IStoreTransaction> BeginAsync(StoreAccess access, StoreScope scope, CancellationToken cancellationToken = default);
}
