using TenantEncryption.Providers;

namespace TenantEncryption.Stores;

/// <summary>The rows of key providers. A unique index holds at most one Active provider per tenant and one provider per tenant and name (ordinal, ignoring case).</summary>
internal interface IProviderTable
{
    /// <summary>Adds a provider.</summary>
    /// <param name="provider">The provider; its counts are not stored.</param>
    /// <returns>When it is added.</returns>
    Task AddAsync(KeyProvider provider);

    /// <summary>Replaces the row of the same id; its counts and its last test stay.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>When it is replaced.</returns>
    Task UpdateAsync(KeyProvider provider);

    /// <summary>Removes a provider on which nothing depends.</summary>
    /// <param name="providerId">Its id.</param>
    /// <returns>When it is removed.</returns>
    Task RemoveAsync(string providerId);

    /// <summary>The providers that a filter lets through, with their counts, in the order of registration.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The providers.</returns>
    Task<IReadOnlyList<KeyProvider>> ListAsync(KeyProviderFilter filter);

    /// <summary>A tenant's providers in the order of registration, without their counts: all that decides who may read and write.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The providers.</returns>
    Task<IReadOnlyList<KeyProvider>> ListRegistrationsAsync(string tenantId);

    /// <summary>The tenants that have providers which a filter lets through, by id.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>The tenants' ids.</returns>
    Task<IReadOnlyList<string>> ListTenantsAsync(KeyProviderFilter filter);

    /// <summary>The names of all providers, as they lie in the store, ordered by tenant and name.</summary>
    /// <returns>The names.</returns>
    Task<IReadOnlyList<NameInStore>> ListNamesAsync();

    /// <summary>The provider of an id, with its counts, or <see langword="null"/>.</summary>
    /// <param name="providerId">The id.</param>
    /// <returns>The provider.</returns>
    Task<KeyProvider?> FindAsync(string providerId);

    /// <summary>Notes the last test of a provider, which is no part of its registration.</summary>
    /// <param name="providerId">The provider.</param>
    /// <param name="testedAt">When it was tested.</param>
    /// <param name="code">The test's code.</param>
    /// <returns>When it is noted.</returns>
    Task NoteTestAsync(string providerId, DateTimeOffset testedAt, string code);

    /// <summary>Counts that KMS refused a provider's key. The count is no part of the provider's registration.</summary>
    /// <param name="providerId">The provider.</param>
    /// <returns>When it is counted.</returns>
    Task AddRefusalAsync(string providerId);

    /// <summary>How often KMS refused each of a tenant's providers.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The counts by provider id; those that were never refused are left out.</returns>
    Task<IReadOnlyDictionary<string, long>> CountRefusalsAsync(string tenantId);

    /// <summary>How often KMS refused each provider that it ever refused, of all tenants.</summary>
    /// <returns>The counts.</returns>
    Task<IReadOnlyList<(string TenantId, string ProviderId, long Count)>> ListRefusalsAsync();

    /// <summary>The tenant's Active provider, with its counts, or <see langword="null"/>.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The provider.</returns>
    Task<KeyProvider?> FindActiveAsync(string tenantId);
}
