using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Platforms;

namespace TenantEncryption.Data;

/// <summary>The keys under which messages name their tenants: those of the platforms that the tenants of one store may follow.</summary>
internal sealed class ContextKeys(UnitOfWork work)
{
    // Read for what is unprotected, and not for a first value that is protected.
    private static readonly Lazy<string[]> BuiltIn = new(() => [.. PlatformCatalog.BuiltIn.Select(profile => profile.ContextKey).Distinct(StringComparer.Ordinal)]);

    private volatile string[]? _learnt;

    private string[] Known => _learnt ?? BuiltIn.Value;

    /// <summary>The tenant ids that a context's pairs name on built-in platforms, one for each key at most.</summary>
    public static IEnumerable<string> NamedOnBuiltIn(EncryptionContext context) => Named(BuiltIn.Value, context);

    /// <summary>The tenant ids that a context's pairs name, one for each known key at most.</summary>
    public IEnumerable<string> Named(EncryptionContext context) => Named(Known, context);

    /// <summary>Reads the store's platforms, which any process may have added.</summary>
    /// <returns>Whether there was one with a new key.</returns>
    public async Task<bool> LearnAsync(CancellationToken cancellationToken)
    {
        int before = Known.Length;
        IEnumerable<PlatformProfile> own = await work.ReadAsync(
            async transaction => (await transaction.Platforms.ListAsync().ConfigureAwait(false)).Select(stored => stored.Profile).ToArray(),
            cancellationToken).ConfigureAwait(false);
        string[] learnt = [.. BuiltIn.Value.Concat(own.Select(profile => profile.ContextKey)).Distinct(StringComparer.Ordinal)];
        _learnt = learnt;
        return learnt.Length > before;
    }

    private static IEnumerable<string> Named(IEnumerable<string> keys, EncryptionContext context) =>
        keys.Where(context.ContainsKey).Select(key => context[key]).Distinct(StringComparer.Ordinal);
}
