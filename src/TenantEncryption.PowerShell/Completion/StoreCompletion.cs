using TenantEncryption.Platforms;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

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
        string path = RunspaceConnection.CurrentPath;
        if (!Directory.Exists(path))
        {
            return [];
        }

        try
        {
            Task<IReadOnlyList<T>> reading = Task.Run(() => ReadAsync(path, read));
            return reading.Wait(Patience) ? reading.Result : [];
        }
        catch (AggregateException)
        {
            return [];
        }
    }

    /// <summary>The key providers of the tenant on the line, else of all.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The providers.</returns>
    public static IReadOnlyList<KeyProvider> Providers(TypedLine line) =>
        List(service => service.Providers.ListAsync(new KeyProviderFilter { TenantId = line.Text("TenantId") }));

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
                tenants.UnionWith(Providers(line).Where(provider => named == provider.Name || named == provider.Id || named == provider.KeyArn).Select(provider => provider.TenantId));
            }

            meant.AddRange(List(service => service.Tenants.ListAsync()).Where(tenant => tenants.Contains(tenant.TenantId)).Select(tenant => tenant.Platform));
        }

        List<PlatformProfile> found = [.. all.Where(platform => meant.Contains(platform.Name, StringComparer.Ordinal))];
        return found.Count > 0 ? found : all;
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(string path, Func<TenantEncryptionService, Task<IReadOnlyList<T>>> read)
    {
        StoreUse use = await OpenStores.LookAsync(path, CancellationToken.None).ConfigureAwait(false);
        await using var _ = use.ConfigureAwait(false);
        return await read(use.Service).ConfigureAwait(false);
    }
}
