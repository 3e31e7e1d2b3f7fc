using TenantEncryption.Errors;
using TenantEncryption.Platforms;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>The platforms that a runspace knows: the built-in ones and its store's. Looking makes no store where there is none.</summary>
internal static class KnownPlatforms
{
    /// <summary>All of them.</summary>
    /// <param name="store">The runspace's store.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async Task<IReadOnlyList<PlatformProfile>> ListAsync(StoreAddress store, CancellationToken cancellationToken)
    {
        try
        {
            StoreUse use = await OpenStores.LookAsync(store, cancellationToken).ConfigureAwait(false);
            await using var _ = use.ConfigureAwait(false);
            return await use.Service.Platforms.ListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException missing) when (missing.Code == ErrorCodes.StoreNotFound)
        {
            return [.. PlatformCatalog.BuiltIn];
        }
    }

    /// <summary>A platform by its name, or from the file of a user's own.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is.</param>
    /// <param name="platform">The name, or the path of a profile, which ends in <c>.json</c>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>INVALID_PLATFORM</c>, <c>SOURCE_NOT_FOUND</c>.</exception>
    public static async Task<PlatformProfile> ReadAsync(AsyncCmdlet cmdlet, string platform, CancellationToken cancellationToken)
    {
        if (platform.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return PlatformFile.Read(await cmdlet.OnPipelineAsync(() => SessionPath.Literal(cmdlet, platform)).ConfigureAwait(false)).Profile;
        }

        StoreAddress store = await cmdlet.OnPipelineAsync(() => RunspaceConnection.Current).ConfigureAwait(false);
        return await GetAsync(platform, store, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The one of a name.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <param name="store">The runspace's store.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: there is none; the message lists those there are.</exception>
    public static async Task<PlatformProfile> GetAsync(string name, StoreAddress store, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlatformProfile> all = await ListAsync(store, cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(platform => platform.Name == name)
            ?? throw NotFound(name, all);
    }

    /// <summary>The error of a name that no platform has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="all">The platforms that there are.</param>
    public static TenantEncryptionException NotFound(string name, IReadOnlyList<PlatformProfile> all) =>
        new(ErrorCodes.InvalidInput, $"There is no platform '{name}'. Platforms: {string.Join(", ", all.Select(platform => platform.Name))}.");
}
