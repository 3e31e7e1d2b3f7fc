using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Stores;

/// <summary>Questions to the store whose answer must be there.</summary>
internal static class StoreQueries
{
    /// <summary>The tenant of an id.</summary>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, with the id that is meant, perhaps.</exception>
    public static async Task<EncryptionTenant> RequireAsync(this ITenantTable tenants, string tenantId)
    {
        if (await tenants.FindAsync(tenantId).ConfigureAwait(false) is { } tenant)
        {
            return tenant;
        }

        IReadOnlyList<string> all = await tenants.ListIdsAsync().ConfigureAwait(false);
        throw new TenantEncryptionException(
            ErrorCodes.TenantNotFound, $"There is no tenant '{tenantId}'{SimilarTenantId.Find(tenantId, all)}.");
    }

    /// <summary>The key provider of an id.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_NOT_FOUND</c>.</exception>
    public static async Task<KeyProvider> RequireAsync(this IProviderTable providers, string providerId) =>
        await providers.FindAsync(providerId).ConfigureAwait(false)
        ?? throw new TenantEncryptionException(ErrorCodes.ProviderNotFound, $"There is no key provider {providerId}.");

    /// <summary>Refuses while a migration is unfinished.</summary>
    /// <param name="migrations">The migrations.</param>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for any.</param>
    /// <param name="mode">Of this mode; <see langword="null"/> for any.</param>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_RUNNING</c>.</exception>
    public static async Task RefuseUnfinishedAsync(this IMigrationTable migrations, string? tenantId, MigrationMode? mode = null)
    {
        IReadOnlyList<KeyMigration> all = await migrations.ListAsync(tenantId).ConfigureAwait(false);
        if (all.FirstOrDefault(one => one.State is not (MigrationState.Completed or MigrationState.Stopped) && (mode ?? one.Mode) == one.Mode) is { } unfinished)
        {
            throw new TenantEncryptionException(
                ErrorCodes.MigrationRunning, $"The migration {unfinished.Id} of tenant '{unfinished.TenantId}' is {unfinished.State}.");
        }
    }
}
