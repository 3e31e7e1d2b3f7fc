using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>The keys whose messages a Reencrypt writes anew.</summary>
/// <param name="Keys">The keys, each with its provider.</param>
/// <param name="Direct">The providers whose master keys wrap data keys themselves, and of how many messages.</param>
/// <param name="NewKey">Whether a new key has to be made first: the target is not Active yet, or the Current key is among them.</param>
/// <param name="Left">How many keys stay as they are: their providers are Deactivated, so that nothing may be opened.</param>
internal sealed record SourceKeys(
    IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> Keys, IReadOnlyList<(KeyProvider Provider, long Messages)> Direct, bool NewKey, int Left)
{
    /// <summary>The ids of all.</summary>
    public IEnumerable<string> Ids => Keys.Select(one => one.Key.KekId).Concat(Direct.Select(one => one.Provider.Id));

    /// <summary>How many catalogued messages depend on them.</summary>
    public long Messages => Keys.Sum(one => one.Key.Messages) + Direct.Sum(one => one.Messages);

    /// <summary>Finds them: what was asked for, or every key but the one that wraps afterwards.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="target">The target, which need not be registered yet.</param>
    /// <param name="kekIds">The keys that were asked for; <see langword="null"/> for all.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the tenant has no such key, or none was named.</exception>
    public static async Task<SourceKeys> FindAsync(IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider target, IReadOnlyList<string>? kekIds)
    {
        IReadOnlyList<KeyProvider> providers = await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenant.TenantId }).ConfigureAwait(false);
        var byId = providers.ToDictionary(provider => provider.Id, StringComparer.Ordinal);
        IReadOnlyList<KeyEncryptionKey> all = await transaction.Keys.ListAsync(tenant.TenantId).ConfigureAwait(false);
        bool isActive = target.Status == KeyProviderStatus.Active;
        KeyEncryptionKey[] keys = kekIds is null
            ? [.. all.Where(key => !isActive || key.Status != KeyEncryptionKeyStatus.Current)]
            : Named(tenant, all, kekIds);
        (KeyProvider Provider, long Messages)[] direct = kekIds is null
            ? [.. providers.Where(provider => provider.Id != target.Id).Select(provider => (provider, DirectOf(provider, all))).Where(one => one.Item2 > 0)]
            : [];

        // A key on which nothing depends has nothing to write anew, and one that wraps may have by the next moment.
        (KeyEncryptionKey Key, KeyProvider Provider)[] used =
            [.. keys.Where(key => key.Messages > 0 || key.Status == KeyEncryptionKeyStatus.Current).Select(key => (key, byId[key.ProviderId]))];
        (KeyEncryptionKey Key, KeyProvider Provider)[] open = [.. used.Where(one => MayBeOpened(one.Provider))];
        return new SourceKeys(
            open,
            [.. direct.Where(one => MayBeOpened(one.Provider))],
            !isActive || open.Any(one => one.Key.Status == KeyEncryptionKeyStatus.Current),
            used.Length - open.Length + direct.Count(one => !MayBeOpened(one.Provider)));
    }

    // What depends on a provider depends on one of its keys, or on its master key itself.
    private static long DirectOf(KeyProvider provider, IEnumerable<KeyEncryptionKey> keys) =>
        provider.MessageCount - keys.Where(key => key.ProviderId == provider.Id).Sum(key => key.Messages);

    private static bool MayBeOpened(KeyProvider provider) => provider.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived;

    private static KeyEncryptionKey[] Named(EncryptionTenant tenant, IReadOnlyList<KeyEncryptionKey> all, IReadOnlyList<string> kekIds)
    {
        if (kekIds.Count == 0)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "No key was named whose messages are to be written anew.");
        }

        string[] unknown = [.. kekIds.Where(kekId => all.All(key => key.KekId != kekId))];
        return unknown.Length == 0
            ? [.. all.Where(key => kekIds.Contains(key.KekId, StringComparer.Ordinal))]
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"Tenant '{tenant.TenantId}' has no key {string.Join(", ", unknown)}.");
    }
}
