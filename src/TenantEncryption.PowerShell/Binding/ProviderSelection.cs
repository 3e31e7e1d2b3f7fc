using TenantEncryption.Errors;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Finds the providers that <c>-KeyProvider</c> and <c>-TenantId</c> mean where either will do.</summary>
internal static class ProviderSelection
{
    /// <summary>The one that is meant, or all of the tenant.</summary>
    /// <param name="service">Core.</param>
    /// <param name="reference">The reference, if one was given.</param>
    /// <param name="tenantId">The tenant, if one was given.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The providers.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: neither was given; <c>TENANT_NOT_FOUND</c>, <c>PROVIDER_NOT_FOUND</c>, <c>AMBIGUOUS_PROVIDER</c>.</exception>
    public static async Task<IReadOnlyList<KeyProvider>> SelectAsync(
        TenantEncryptionService service, KeyProviderReference? reference, string? tenantId, CancellationToken cancellationToken)
    {
        if (reference is not null)
        {
            return [await service.Providers.ResolveAsync(reference.Text, tenantId, cancellationToken).ConfigureAwait(false)];
        }

        if (tenantId is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "One of -KeyProvider and -TenantId is needed.");
        }

        await service.Tenants.GetAsync(tenantId, cancellationToken).ConfigureAwait(false);
        return await service.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }, cancellationToken).ConfigureAwait(false);
    }
}
