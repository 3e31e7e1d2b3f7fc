using TenantEncryption.Events;

namespace TenantEncryption.Stores;

/// <summary>
/// What a transaction changes, and so whom it excludes: one tenant and its chain of events, the store's own chain with what it keeps for all, or everything.
/// Writers of different scopes need not wait for each other; a store with one writer at a time may let them.
/// </summary>
internal readonly record struct StoreScope
{
    private StoreScope(bool isAll, string? chain) => (IsAll, Chain) = (isAll, chain);

    /// <summary>Everything: all tenants at once, or a tenant and the store's own chain.</summary>
    public static StoreScope All { get; } = new(true, null);

    /// <summary>The store's own chain, its settings and the platform profiles.</summary>
    public static StoreScope Store { get; } = new(false, StoredEvent.StoreChain);

    /// <summary>Rows that no other ones depend on, such as a session's heartbeat.</summary>
    public static StoreScope None { get; } = new(false, null);

    /// <summary>Whether it is everything.</summary>
    public bool IsAll { get; }

    /// <summary>The one chain that it covers: a tenant's id, or that of the store; <see langword="null"/> for all or none.</summary>
    public string? Chain { get; }

    /// <summary>One tenant; the store itself where none is meant.</summary>
    /// <param name="tenantId">The tenant.</param>
    public static StoreScope Of(string? tenantId) => new(false, tenantId ?? StoredEvent.StoreChain);

    /// <summary>Whether a chain, and with it a tenant's rows, may be changed.</summary>
    /// <param name="chain">A tenant's id, or that of the store.</param>
    public bool Covers(string chain) => IsAll || Chain == chain;
}
