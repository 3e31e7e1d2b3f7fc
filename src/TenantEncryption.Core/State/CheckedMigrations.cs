using TenantEncryption.Migration;
using TenantEncryption.Stores;

namespace TenantEncryption.State;

/// <summary>Migrations of tenants whose state was checked: where one that is unfinished goes to, and what it staged, is part of it.</summary>
internal sealed class CheckedMigrations(IMigrationTable inner, CheckedTransaction transaction) : IMigrationTable
{
    /// <inheritdoc/>
    public async Task AddAsync(KeyMigration migration)
    {
        await transaction.ChangeAsync(migration.TenantId).ConfigureAwait(false);
        await inner.AddAsync(migration).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(KeyMigration migration)
    {
        await transaction.ChangeAsync(migration.TenantId).ConfigureAwait(false);
        await inner.UpdateAsync(migration).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<KeyMigration?> FindAsync(string migrationId)
    {
        KeyMigration? found = await StateRows.ReadAsync($"The row of the migration {migrationId}", () => inner.FindAsync(migrationId)).ConfigureAwait(false);
        if (found is not null)
        {
            await transaction.RequireAsync(found.TenantId).ConfigureAwait(false);
        }

        return found;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync() => inner.ListNamesAsync();

    /// <inheritdoc/>
    public async Task<KeyMigration?> FindUnfinishedAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.FindUnfinishedAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyMigration>> ListAsync(string? tenantId)
    {
        if (tenantId is not null)
        {
            await transaction.RequireAsync(tenantId).ConfigureAwait(false);
            return await inner.ListAsync(tenantId).ConfigureAwait(false);
        }

        var migrations = new List<KeyMigration>();
        foreach (string tenant in await transaction.KeepCheckedAsync(await inner.ListTenantsAsync().ConfigureAwait(false)).ConfigureAwait(false))
        {
            migrations.AddRange(await inner.ListAsync(tenant).ConfigureAwait(false));
        }

        return [.. migrations.OrderBy(migration => migration.InitiatedAt)];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTenantsAsync() => inner.ListTenantsAsync();

    /// <inheritdoc/>
    public async Task PutItemAsync(MigrationItem item)
    {
        if (await inner.FindAsync(item.MigrationId).ConfigureAwait(false) is { } migration)
        {
            await transaction.ChangeAsync(migration.TenantId).ConfigureAwait(false);
        }

        await inner.PutItemAsync(item).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> RemoveOfTenantAsync(string tenantId)
    {
        await transaction.ChangeAsync(tenantId).ConfigureAwait(false);
        return await inner.RemoveOfTenantAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MigrationItem>> ListItemsAsync(string migrationId)
    {
        if (await inner.FindAsync(migrationId).ConfigureAwait(false) is { } migration)
        {
            await transaction.RequireAsync(migration.TenantId).ConfigureAwait(false);
        }

        return await inner.ListItemsAsync(migrationId).ConfigureAwait(false);
    }
}
