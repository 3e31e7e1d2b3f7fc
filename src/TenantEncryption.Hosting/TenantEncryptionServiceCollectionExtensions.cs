using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TenantEncryption;
using TenantEncryption.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>TenantEncryption in a container.</summary>
public static class TenantEncryptionServiceCollectionExtensions
{
    /// <summary>
    /// Adds the <see cref="TenantEncryptionService"/> as a singleton. It is opened when the host starts, which fails with a code when it can't be; it is
    /// disposed with the container, which records what open sessions did and zeroes every key. The container has to be disposed asynchronously, as hosts do.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">How it is opened. Settings by which it can't be are an <see cref="OptionsValidationException"/> when the host starts.</param>
    /// <returns>The same container.</returns>
    public static IServiceCollection AddTenantEncryption(this IServiceCollection services, Action<TenantEncryptionSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<TenantEncryptionSettings>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TenantEncryptionSettings>, SettingsValidator>());
        services.TryAddSingleton<ServiceOpening>();

        // Before the host has started, who asks waits; afterwards the service is there.
        services.TryAddSingleton(container => container.GetRequiredService<ServiceOpening>().OpenAsync().GetAwaiter().GetResult());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OpeningAtStart>());
        return services;
    }

    /// <summary>The same with settings from configuration: the names are those of <see cref="TenantEncryptionSettings"/>.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configuration">The section, such as <c>builder.Configuration.GetSection("TenantEncryption")</c>.</param>
    /// <param name="configure">What configuration does not say, or says otherwise.</param>
    /// <returns>The same container.</returns>
    public static IServiceCollection AddTenantEncryption(
        this IServiceCollection services, IConfiguration configuration, Action<TenantEncryptionSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddTenantEncryption(settings =>
        {
            // A name that is none is a mistake, and not a wish that can be passed over.
            configuration.Bind(settings, options => options.ErrorOnUnknownConfiguration = true);
            configure?.Invoke(settings);
        });
    }
}
