using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>tenants</c>.</summary>
internal sealed class SqliteTenantTable(StoreStatements statements) : ITenantTable
{
    private const string Columns = "tenant_id, display_name, platform, region, key_hierarchy, key_lease_ticks, epoch, created_at";

    /// <inheritdoc/>
    public Task AddAsync(EncryptionTenant tenant)
    {
        statements.Execute(
            $"""
            INSERT INTO tenants ({Columns})
            VALUES ($tenant_id, $display_name, $platform, $region, $key_hierarchy, $key_lease_ticks, $epoch, $created_at)
            """,
            ("$tenant_id", tenant.TenantId),
            ("$display_name", tenant.DisplayName),
            ("$platform", tenant.Platform),
            ("$region", tenant.Region),
            ("$key_hierarchy", tenant.KeyHierarchy.ToString()),
            ("$key_lease_ticks", tenant.KeyLease.Ticks),
            ("$epoch", tenant.Epoch),
            ("$created_at", StoredText.OfTime(tenant.CreatedAt)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<EncryptionTenant?> FindAsync(string tenantId) => Task.FromResult(
        statements.Find($"SELECT {Columns} FROM tenants WHERE tenant_id = $tenant_id", Read, ("$tenant_id", tenantId)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<EncryptionTenant>> ListAsync() => Task.FromResult(
        statements.List($"SELECT {Columns} FROM tenants ORDER BY tenant_id", Read));

    /// <inheritdoc/>
    public async Task<long> RaiseEpochAsync(string tenantId)
    {
        statements.Execute("UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId));
        return await GetEpochAsync(tenantId).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.TenantNotFound, $"There is no tenant '{tenantId}'.");
    }

    /// <inheritdoc/>
    public Task<long?> GetEpochAsync(string tenantId) => Task.FromResult(
        statements.Find("SELECT epoch FROM tenants WHERE tenant_id = $tenant_id", row => (long?)row.GetInt64(0), ("$tenant_id", tenantId)));

    private static EncryptionTenant Read(SqliteDataReader row) => new()
    {
        TenantId = row.GetString(0),
        DisplayName = row.OptionalText(1),
        Platform = row.GetString(2),
        Region = row.OptionalText(3),
        KeyHierarchy = row.Named<KeyHierarchy>(4),
        KeyLease = TimeSpan.FromTicks(row.GetInt64(5)),
        Epoch = row.GetInt64(6),
        CreatedAt = row.Time(7),
    };
}
