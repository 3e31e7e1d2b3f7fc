using TenantEncryption.Platforms;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Reads the store for Tab. Pressing Tab makes no store, asks no question, shows no error and does not wait long.</summary>
internal static class StoreCompletion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A list from the runspace's store, or nothing.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="read">Reads it.</param>
    /// <returns>The items.</returns>
    public static IReadOnlyList<T> List<T>(Func<TenantEncryptionService, Task<IReadOnlyList<T>>> read)
    {
        try
        {
            StoreAddress store = RunspaceConnection.Current;
            if (store.IsFolder && !Directory.Exists(store.Location))
            {
                return [];
            }

            Task<IReadOnlyList<T>> reading = Task.Run(() => ReadAsync(store, read));
            return reading.Wait(Patience) ? reading.Result : [];
        }
        catch (Exception exception) when (exception is AggregateException or TenantEncryptionException)
        {
            return [];
        }
    }

    /// <summary>
    /// So many at the most are shown with what they are: their tenants' states are checked for it, which takes time. Of more, the names alone are what the store
    /// says.
    /// </summary>
    public const int MostDescribed = 50;

    /// <summary>The ids of all tenants that begin with what is typed, or are those that a line means.</summary>
    /// <param name="fits">Which.</param>
    /// <returns>The ids, and of few the tenants themselves.</returns>
    public static (IReadOnlyList<string> Ids, IReadOnlyList<EncryptionTenant>? Tenants) Tenants(Func<string, bool> fits)
    {
        string[] ids = [.. List(service => service.Tenants.ListIdsAsync()).Where(fits)];
        return (ids, ids.Length > MostDescribed ? null : List(service => EachAsync(ids, async id => (IReadOnlyList<EncryptionTenant>)[await service.Tenants.GetAsync(id).ConfigureAwait(false)])));
    }

    /// <summary>All tenants, where they are few; else none.</summary>
    public static IReadOnlyList<EncryptionTenant> FewTenants() => Tenants(_ => true).Tenants ?? [];

    /// <summary>The key providers of the tenant on the line; without one those of all tenants, where these are few.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The providers.</returns>
    public static IReadOnlyList<KeyProvider> Providers(TypedLine line) => line.Text("TenantId") is { } tenantId
        ? ProvidersOf([tenantId])
        : ProvidersOf(FewTenants().Select(tenant => tenant.TenantId));

    /// <summary>What is offered of the key providers of the tenant on the line, else of all: those that begin with what is typed, and what they are where they are few.</summary>
    /// <param name="line">The line.</param>
    /// <param name="text">What is offered of a provider.</param>
    /// <param name="describe">What it is.</param>
    /// <returns>The candidates.</returns>
    public static IEnumerable<Candidate> ProviderNames(TypedLine line, Func<NameInStore, string> text, Func<KeyProvider, string> describe)
    {
        IEnumerable<string>? tenants = line.Text("TenantId") is { } tenantId ? [tenantId] : null;
        NameInStore[] names = tenants is not null ? [] : [.. List(service => service.Providers.ListNamesAsync()).Where(name => line.Fits(text(name)))];
        return names.Length > MostDescribed
            ? names.Select(name => new Candidate(text(name), $"of tenant {name.TenantId}"))
            : ProvidersOf(tenants ?? names.Select(name => name.TenantId).Distinct(StringComparer.Ordinal))
                .Select(provider => new Candidate(text(new NameInStore(provider.TenantId, provider.Id, provider.Name)), describe(provider)));
    }

    private static IReadOnlyList<KeyProvider> ProvidersOf(IEnumerable<string> tenantIds) =>
        List(service => EachAsync(tenantIds, id => service.Providers.ListAsync(new KeyProviderFilter { TenantId = id })));

    /// <summary>Reads for each of some, but for those whose state was altered.</summary>
    public static async Task<IReadOnlyList<T>> EachAsync<T>(IEnumerable<string> ids, Func<string, Task<IReadOnlyList<T>>> read)
    {
        var all = new List<T>();
        foreach (string id in ids)
        {
            try
            {
                all.AddRange(await read(id).ConfigureAwait(false));
            }
            catch (TenantEncryptionException)
            {
                // The others are offered.
            }
        }

        return all;
    }

    /// <summary>What a provider is.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>A short text.</returns>
    public static string Describe(KeyProvider provider) => $"{provider.Status}, tenant {provider.TenantId}, {provider.KeyArn ?? "internal KMS"}";

    /// <summary>All platforms; without a store those that are built in.</summary>
    /// <returns>The platforms.</returns>
    public static IReadOnlyList<PlatformProfile> Platforms() =>
        List(service => service.Platforms.ListAsync()) is { Count: > 0 } all ? all : [.. PlatformCatalog.BuiltIn];

    /// <summary>The platform on the line; else those of the tenants on it, or of the key provider's tenant; else all.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The platforms.</returns>
    public static IReadOnlyList<PlatformProfile> Platforms(TypedLine line)
    {
        IReadOnlyList<PlatformProfile> all = Platforms();
        List<string> meant = [.. line.Texts("Platform")];
        if (meant.Count == 0 && (line.Texts("TenantId").Count > 0 || line.Text("KeyProvider") is not null))
        {
            var tenants = line.Texts("TenantId").ToHashSet(StringComparer.Ordinal);
            if (line.Text("KeyProvider") is { } named)
            {
                tenants.UnionWith(List(service => service.Providers.ListNamesAsync()).Where(name => named == name.Name || named == name.Id).Select(name => name.TenantId));
                tenants.UnionWith(Providers(line).Where(provider => named == provider.KeyArn).Select(provider => provider.TenantId));
            }

            meant.AddRange(Tenants(tenants.Contains).Tenants?.Select(tenant => tenant.Platform) ?? []);
        }

        List<PlatformProfile> found = [.. all.Where(platform => meant.Contains(platform.Name, StringComparer.Ordinal))];
        return found.Count > 0 ? found : all;
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(StoreAddress store, Func<TenantEncryptionService, Task<IReadOnlyList<T>>> read)
    {
        StoreUse use = await OpenStores.LookAsync(store, CancellationToken.None).ConfigureAwait(false);
        await using var _ = use.ConfigureAwait(false);
        return await read(use.Service).ConfigureAwait(false);
    }
}
