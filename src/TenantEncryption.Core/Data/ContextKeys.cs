using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Platforms;

namespace TenantEncryption.Data;

/// <summary>The keys under which messages name their tenants: those of the platforms that the tenants of one store may follow.</summary>
internal sealed class ContextKeys(UnitOfWork work)
{
    private static readonly string[] BuiltIn = [.. PlatformCatalog.BuiltIn.Select(profile => profile.ContextKey).Distinct(StringComparer.Ordinal)];

    private volatile string[] _known = BuiltIn;

    /// <summary>The tenant ids that a context's pairs name on built-in platforms, one for each key at most.</summary>
    public static IEnumerable<string> NamedOnBuiltIn(EncryptionContext context) => Named(BuiltIn, context);

    /// <summary>The tenant ids that a context's pairs name, one for each known key at most.</summary>
    public IEnumerable<string> Named(EncryptionContext context) => Named(_known, context);

    /// <summary>Reads the store's platforms, which any process may have added.</summary>
    /// <returns>Whether there was one with a new key.</returns>
    public async Task<bool> LearnAsync(CancellationToken cancellationToken)
    {
        int before = _known.Length;
        IEnumerable<PlatformProfile> own = await work.ReadAsync(
            async transaction => (await transaction.Platforms.ListAsync().ConfigureAwait(false)).Select(stored => stored.Profile).ToArray(),
            cancellationToken).ConfigureAwait(false);
        _known = [.. BuiltIn.Concat(own.Select(profile => profile.ContextKey)).Distinct(StringComparer.Ordinal)];
        return _known.Length > before;
    }

    private static IEnumerable<string> Named(IEnumerable<string> keys, EncryptionContext context) =>
        keys.Where(context.ContainsKey).Select(key => context[key]).Distinct(StringComparer.Ordinal);
}
