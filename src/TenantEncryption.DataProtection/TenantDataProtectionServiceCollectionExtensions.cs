using Microsoft.AspNetCore.DataProtection;
using TenantEncryption.DataProtection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Data protection for each tenant, in a container.</summary>
public static class TenantDataProtectionServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ITenantDataProtection"/>: a key ring of its own for each tenant, each under its tenant's provider. What one tenant's ring protects no
    /// other's unprotects, and a tenant whose key is shut loses its own ring alone, at its next load.
    /// </summary>
    /// <param name="services">The container, with a <c>TenantEncryptionService</c>.</param>
    /// <param name="keyFolder">The full path of the folder in which each tenant's keys have a folder; several machines share it as they would <c>PersistKeysToFileSystem</c>'s.</param>
    /// <param name="configure">More of each tenant's data protection, such as the lifetime of keys; <see langword="null"/> for ASP.NET Core's defaults.</param>
    /// <returns>The same container.</returns>
    public static IServiceCollection AddTenantDataProtection(
        this IServiceCollection services, string keyFolder, Action<string, IDataProtectionBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(keyFolder);
        services.AddSingleton<ITenantDataProtection>(container => new TenantDataProtection(container, keyFolder, configure));
        return services;
    }
}
