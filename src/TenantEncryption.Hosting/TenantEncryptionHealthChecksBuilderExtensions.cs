using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using TenantEncryption;
using TenantEncryption.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>TenantEncryption among a host's health checks.</summary>
public static class TenantEncryptionHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of the store, of its chains and of the tenants' providers. What the store lacks is Unhealthy. A provider that was last found not to work
    /// is Degraded, and so is a place of anchors that lags behind: a tenant's key is the tenant's to shut, and no reason to take the service from the others. It calls no KMS unless asked to.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="configure">What is looked at; <see langword="null"/> for the default.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="timeout">How long it may take; <see langword="null"/> for as long as it takes.</param>
    /// <returns>The same health checks.</returns>
    public static IHealthChecksBuilder AddTenantEncryption(
        this IHealthChecksBuilder builder,
        Action<TenantEncryptionHealthSettings>? configure = null,
        string name = "tenantencryption",
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = new TenantEncryptionHealthSettings();
        configure?.Invoke(settings);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new TenantEncryptionHealthCheck(services.GetRequiredService<TenantEncryptionService>(), settings, services.GetRequiredService<IOptions<TenantEncryptionSettings>>().Value.Anchors.MostBehind),
            HealthStatus.Unhealthy,
            tags,
            timeout));
    }
}
