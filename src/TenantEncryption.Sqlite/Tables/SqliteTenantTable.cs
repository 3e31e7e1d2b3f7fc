using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>tenants</c>.</summary>
internal sealed class SqliteTenantTable(StoreStatements statements) : ITenantTable
{
    private const string Columns =
        "tenant_id, display_name, platform, region, edition, organization, parent, key_hierarchy, key_lease_ticks, untraced_reads, epoch, created_at";

    private const string Select = $"SELECT {Columns}, json, hash FROM tenants LEFT JOIN platforms ON name = platform";

    /// <inheritdoc/>
    public Task AddAsync(EncryptionTenant tenant)
    {
        try
        {
            statements.Execute(
                $"""
                INSERT INTO tenants ({Columns})
                VALUES ($tenant_id, $display_name, $platform, $region, $edition, $organization, $parent, $key_hierarchy, $key_lease_ticks, $untraced_reads,
                    $epoch, $created_at)
                """,
                [
                    .. Changing(tenant),
                    ("$platform", tenant.Platform),
                    ("$organization", tenant.Organization),
                    ("$parent", tenant.Parent),
                    ("$key_hierarchy", tenant.KeyHierarchy.ToString()),
                    ("$epoch", tenant.Epoch),
                    ("$created_at", StoredText.OfTime(tenant.CreatedAt)),
                ]);
        }
        catch (TenantEncryptionException exception) when (StoreStatements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(ErrorCodes.TenantNotFound, $"There is no tenant '{tenant.Parent}' to be a parent.", exception.InnerException);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task UpdateAsync(EncryptionTenant tenant)
    {
        int rows = statements.Execute(
            """
            UPDATE tenants SET display_name = $display_name, region = $region, edition = $edition, key_lease_ticks = $key_lease_ticks,
                untraced_reads = $untraced_reads
            WHERE tenant_id = $tenant_id
            """,
            Changing(tenant));
        return rows == 1 ? Task.CompletedTask : throw NotFound(tenant.TenantId);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string tenantId)
    {
        try
        {
            int rows = statements.Execute("DELETE FROM tenants WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId));
            return rows == 1 ? Task.CompletedTask : throw NotFound(tenantId);
        }
        catch (TenantEncryptionException exception) when (StoreStatements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Children, key providers, keys, messages, migrations or open reservations depend on the tenant '{tenantId}'.",
                exception.InnerException,
                "Run the command again; what depends on it came in between.");
        }
    }

    /// <inheritdoc/>
    public Task<EncryptionTenant?> FindAsync(string tenantId) => Task.FromResult(
        statements.Find($"{Select} WHERE tenant_id = $tenant_id", Read, ("$tenant_id", tenantId)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<EncryptionTenant>> ListAsync() => Task.FromResult(
        statements.List($"{Select} ORDER BY tenant_id", Read));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListIdsAsync() => Task.FromResult(
        statements.List("SELECT tenant_id FROM tenants ORDER BY tenant_id", row => row.GetString(0)));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListEpochsAsync() => Task.FromResult<IReadOnlyDictionary<string, long>>(
        statements.List("SELECT tenant_id, epoch FROM tenants", row => (Id: row.GetString(0), Epoch: row.GetInt64(1)))
            .ToDictionary(tenant => tenant.Id, tenant => tenant.Epoch, StringComparer.Ordinal));

    /// <inheritdoc/>
    /// <remarks>An epoch is raised together with an event.</remarks>
    public Task<string> ReadChangeMarkAsync() => Task.FromResult(statements.Find(
        "SELECT (SELECT coalesce(max(ordinal), 0) FROM events) || ' ' || (SELECT coalesce(sum(refusals), 0) FROM key_providers WHERE refusals > 0)",
        row => row.GetString(0))!);

    /// <inheritdoc/>
    public Task<byte[]> HashRowsAsync(string tenantId) => Task.FromResult(statements.Hash(
        tenantId,
        "SELECT t.*, p.json, p.hash FROM tenants t LEFT JOIN platforms p ON p.name = t.platform WHERE t.tenant_id = ?1",
        SqliteProviderTable.Rows,
        SqliteKeyTable.Rows,
        SqliteMigrationTable.Rows,
        SqliteMigrationTable.StagedRows));

    /// <inheritdoc/>
    public async Task<long> RaiseEpochAsync(string tenantId)
    {
        statements.Execute("UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId));
        return await GetEpochAsync(tenantId).ConfigureAwait(false)
            ?? throw NotFound(tenantId);
    }

    /// <inheritdoc/>
    public Task<long?> GetEpochAsync(string tenantId) => Task.FromResult(
        statements.Find("SELECT epoch FROM tenants WHERE tenant_id = $tenant_id", row => (long?)row.GetInt64(0), ("$tenant_id", tenantId)));

    /// <inheritdoc/>
    /// <remarks>No other writer is at work while this transaction is, so a look is enough.</remarks>
    public async Task<bool> FenceAsync(string tenantId, long epoch)
    {
        statements.RequireWrite();
        return await GetEpochAsync(tenantId).ConfigureAwait(false) == epoch;
    }

    private static TenantEncryptionException NotFound(string tenantId) => new(ErrorCodes.TenantNotFound, $"There is no tenant '{tenantId}'.");

    private static (string Name, object? Value)[] Changing(EncryptionTenant tenant) =>
    [
        ("$tenant_id", tenant.TenantId),
        ("$display_name", tenant.DisplayName),
        ("$region", tenant.Region),
        ("$edition", tenant.Edition),
        ("$key_lease_ticks", tenant.KeyLease.Ticks),
        ("$untraced_reads", tenant.UntracedReads),
    ];

    private static EncryptionTenant Read(SqliteDataReader row) => new()
    {
        TenantId = row.GetString(0),
        DisplayName = row.OptionalText(1),
        Platform = row.GetString(2),
        Region = row.OptionalText(3),
        Edition = row.OptionalText(4),
        Organization = row.OptionalText(5),
        Parent = row.OptionalText(6),
        KeyHierarchy = row.Named<KeyHierarchy>(7),
        KeyLease = TimeSpan.FromTicks(row.GetInt64(8)),
        UntracedReads = row.GetBoolean(9),
        Epoch = row.GetInt64(10),
        CreatedAt = row.Time(11),
        Profile = PlatformCatalog.Of(row.GetString(2), row.OptionalText(12), row.OptionalText(13)),
    };
}
