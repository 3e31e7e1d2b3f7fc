using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantEncryption.DataProtection;

namespace Microsoft.AspNetCore.DataProtection;

/// <summary>ASP.NET Core's data-protection keys under a tenant's key provider.</summary>
public static class TenantEncryptionDataProtectionBuilderExtensions
{
    /// <summary>
    /// Encrypts the keys of this container under a tenant's key provider, wherever they are stored (<c>PersistKeysToFileSystem</c> and the like). The container
    /// has a <c>TenantEncryptionService</c>, and the store has the tenant.
    /// <para>
    /// ASP.NET Core keeps its key ring in memory and loads it anew about once in 24 hours. So a provider that is disabled or a key that is shut binds at the
    /// next load, in a process that starts at once, and <b>not within a lease</b> in one that runs: what it had loaded goes on protecting and unprotecting until
    /// then. Who needs it sooner restarts the process, or protects the data itself as the tenant's.
    /// </para>
    /// </summary>
    /// <param name="builder">Data protection.</param>
    /// <param name="tenantId">The tenant; one that stands for the application itself, where it is not the data of one tenant that the keys protect.</param>
    /// <returns>The same data protection.</returns>
    public static IDataProtectionBuilder ProtectKeysWithTenantEncryption(this IDataProtectionBuilder builder, string tenantId)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        builder.Services.Replace(ServiceDescriptor.Singleton(new TenantOfKeys(tenantId)));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<KeyManagementOptions>, ConfigureKeyManagement>());
        return builder;
    }
}
