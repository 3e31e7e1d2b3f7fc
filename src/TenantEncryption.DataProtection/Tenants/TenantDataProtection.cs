using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TenantEncryption.DataProtection;

/// <summary>A container of its own for each tenant's data protection: ASP.NET Core has one key ring a container.</summary>
internal sealed class TenantDataProtection(IServiceProvider services, string keyFolder, Action<string, IDataProtectionBuilder>? configure) : ITenantDataProtection, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ServiceProvider>> _tenants = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDataProtectionProvider For(string tenantId)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        return _tenants.GetOrAdd(tenantId, id => new Lazy<ServiceProvider>(() => Build(id))).Value.GetRequiredService<IDataProtectionProvider>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<ServiceProvider> tenant in _tenants.Values)
        {
            if (tenant.IsValueCreated)
            {
                tenant.Value.Dispose();
            }
        }
    }

    private ServiceProvider Build(string tenantId)
    {
        var container = new ServiceCollection();
        container.AddSingleton(services.GetRequiredService<ILoggerFactory>());

        // An instance that was given is not the container's to dispose.
        container.AddSingleton(services.GetRequiredService<TenantEncryptionService>());
        IDataProtectionBuilder builder = container.AddDataProtection()
            .SetApplicationName(tenantId)
            .PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(keyFolder, FolderOf(tenantId))))
            .ProtectKeysWithTenantEncryption(tenantId);
        configure?.Invoke(tenantId, builder);
        return container.BuildServiceProvider();
    }

    // An id may have any characters, and two that differ in case are two tenants.
    private static string FolderOf(string tenantId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tenantId)));
}
