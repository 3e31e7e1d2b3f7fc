using TenantEncryption.Anchors;

namespace TenantEncryption.Stores;

/// <summary>
/// Which heads each anchor covered: of an anchor those alone that changed since the one before. The anchors themselves are events, and their roots show
/// whether these rows are what was anchored.
/// </summary>
internal interface IAnchorTable
{
    /// <summary>Adds the heads that changed. A store takes an anchor's number once, which decides who of several processes makes it.</summary>
    /// <param name="changed">The heads, all of one anchor.</param>
    /// <returns>When they are added.</returns>
    Task AddAsync(IReadOnlyList<AnchoredHead> changed);

    /// <summary>The head of a chain as an anchor covered it, or <see langword="null"/> when the chain was not there.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="anchor">The anchor's number.</param>
    /// <returns>The head.</returns>
    Task<AnchoredHead?> FindAsync(string chain, long anchor);

    /// <summary>The heads of all chains as an anchor covered them.</summary>
    /// <param name="anchor">The anchor's number.</param>
    /// <returns>The heads, by chain.</returns>
    Task<IReadOnlyList<AnchoredHead>> ListAsync(long anchor);

    /// <summary>What changed with one anchor.</summary>
    /// <param name="anchor">The anchor's number.</param>
    /// <returns>The heads, by chain.</returns>
    Task<IReadOnlyList<AnchoredHead>> ListChangedAsync(long anchor);

    /// <summary>The heads of one chain, anchor by anchor, page by page.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="afterAnchor">After this anchor.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The heads.</returns>
    Task<IReadOnlyList<AnchoredHead>> ListChainAsync(string chain, long afterAnchor, int limit);
}
