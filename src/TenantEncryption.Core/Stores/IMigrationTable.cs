using TenantEncryption.Migration;

namespace TenantEncryption.Stores;

/// <summary>The rows of migrations and their items. A unique index holds at most one New, InProgress, Suspended or Failed migration per tenant.</summary>
internal interface IMigrationTable
{
    /// <summary>Adds a migration.</summary>
    /// <param name="migration">The migration; its counts are not stored, they are those of its items.</param>
    /// <returns>When it is added.</returns>
    Task AddAsync(KeyMigration migration);

    /// <summary>Replaces state, runner, times and failure code of the row of the same id.</summary>
    /// <param name="migration">The migration.</param>
    /// <returns>When it is replaced.</returns>
    Task UpdateAsync(KeyMigration migration);

    /// <summary>The migration of an id with the counts of its items, or <see langword="null"/>.</summary>
    /// <param name="migrationId">The id.</param>
    /// <returns>The migration.</returns>
    Task<KeyMigration?> FindAsync(string migrationId);

    /// <summary>The migration of a tenant that is neither Completed nor Stopped, or <see langword="null"/>.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The migration; its counts are not read.</returns>
    Task<KeyMigration?> FindUnfinishedAsync(string tenantId);

    /// <summary>The tenants that have migrations, by id.</summary>
    /// <returns>The tenants' ids.</returns>
    Task<IReadOnlyList<string>> ListTenantsAsync();

    /// <summary>The ids of all migrations, as they lie in the store, ordered by tenant, the oldest first.</summary>
    /// <returns>The ids.</returns>
    Task<IReadOnlyList<NameInStore>> ListNamesAsync();

    /// <summary>The migrations of a tenant, or all, oldest first, with the counts of their items.</summary>
    /// <param name="tenantId">The tenant, or <see langword="null"/>.</param>
    /// <returns>The migrations.</returns>
    Task<IReadOnlyList<KeyMigration>> ListAsync(string? tenantId);

    /// <summary>Adds an item, or replaces the one of the same migration and key.</summary>
    /// <param name="item">The item.</param>
    /// <returns>When it is done.</returns>
    Task PutItemAsync(MigrationItem item);

    /// <summary>Removes a tenant's migrations with their items, staged records overwritten.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>How many migrations there were.</returns>
    Task<int> RemoveOfTenantAsync(string tenantId);

    /// <summary>The items of a migration, in the order in which they were added.</summary>
    /// <param name="migrationId">The id.</param>
    /// <returns>The items.</returns>
    Task<IReadOnlyList<MigrationItem>> ListItemsAsync(string migrationId);
}
