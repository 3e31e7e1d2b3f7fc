using System.Data.Common;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>tenants</c>.</summary>
internal sealed class TenantTable(SqlStatements statements) : ITenantTable
{
    private const string Columns =
        "tenant_id, display_name, platform, region, edition, organization, parent, key_hierarchy, key_lease_ticks, untraced_reads, epoch, created_at";

    private const string Select = $"SELECT {Columns}, json, hash FROM tenants LEFT JOIN platforms ON name = platform";

    /// <inheritdoc/>
    public async Task AddAsync(EncryptionTenant tenant)
    {
        try
        {
            int rows = await statements.ExecuteAsync(
                $"""
                INSERT INTO tenants ({Columns})
                VALUES ($tenant_id, $display_name, $platform, $region, $edition, $organization, $parent, $key_hierarchy, $key_lease_ticks, $untraced_reads,
                    $epoch, $created_at)
                ON CONFLICT (tenant_id) DO NOTHING
                """,
                [
                    .. Changing(tenant),
                    ("$platform", tenant.Platform),
                    ("$organization", tenant.Organization),
                    ("$parent", tenant.Parent),
                    ("$key_hierarchy", tenant.KeyHierarchy.ToString()),
                    ("$epoch", tenant.Epoch),
                    ("$created_at", StoredText.OfTime(tenant.CreatedAt)),
                ]).ConfigureAwait(false);
            if (rows != 1)
            {
                throw new TenantEncryptionException(ErrorCodes.TenantExists, $"There is a tenant '{tenant.TenantId}' already.");
            }
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(ErrorCodes.TenantNotFound, $"There is no tenant '{tenant.Parent}' to be a parent.", exception.InnerException);
        }
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(EncryptionTenant tenant)
    {
        int rows = await statements.ExecuteAsync(
            """
            UPDATE tenants SET display_name = $display_name, region = $region, edition = $edition, key_lease_ticks = $key_lease_ticks,
                untraced_reads = $untraced_reads
            WHERE tenant_id = $tenant_id
            """,
            Changing(tenant)).ConfigureAwait(false);
        if (rows != 1)
        {
            throw NotFound(tenant.TenantId);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string tenantId)
    {
        try
        {
            int rows = await statements.ExecuteAsync(
                """
                DELETE FROM tenants WHERE tenant_id = $tenant_id
                AND NOT EXISTS (SELECT 1 FROM catalog WHERE tenant_id = $tenant_id) AND NOT EXISTS (SELECT 1 FROM catalog_pending WHERE tenant_id = $tenant_id)
                """,
                ("$tenant_id", tenantId)).ConfigureAwait(false);
            if (rows != 1)
            {
                throw await FindAsync(tenantId).ConfigureAwait(false) is null ? NotFound(tenantId) : HasDependants(tenantId, null);
            }
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw HasDependants(tenantId, exception.InnerException);
        }
    }

    /// <inheritdoc/>
    public Task<EncryptionTenant?> FindAsync(string tenantId) => statements.FindAsync($"{Select} WHERE tenant_id = $tenant_id", Read, ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<EncryptionTenant>> ListAsync() => statements.ListAsync($"{Select} ORDER BY tenant_id", Read);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListIdsAsync() => statements.ListAsync("SELECT tenant_id FROM tenants ORDER BY tenant_id", row => row.GetString(0));

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> ListEpochsAsync() =>
        (await statements.ListAsync("SELECT tenant_id, epoch FROM tenants", row => (Id: row.GetString(0), Epoch: row.GetInt64(1))).ConfigureAwait(false))
            .ToDictionary(tenant => tenant.Id, tenant => tenant.Epoch, StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<string> ReadChangeMarkAsync() => statements.FindAsync(
        $"SELECT ({statements.Dialect.EpochsMark}) || ' ' || (SELECT coalesce(sum(refusals), 0) FROM key_providers WHERE refusals > 0)",
        row => row.GetString(0))!;

    /// <inheritdoc/>
    public Task<byte[]> HashRowsAsync(string tenantId) => statements.HashAsync(
        tenantId,
        "SELECT t.*, p.json, p.hash FROM tenants t LEFT JOIN platforms p ON p.name = t.platform WHERE t.tenant_id = $tenant_id",
        ProviderTable.Rows,
        KeyTable.Rows,
        MigrationTable.Rows,
        MigrationTable.StagedRows);

    /// <inheritdoc/>
    public async Task<long> RaiseEpochAsync(string tenantId)
    {
        await statements.ExecuteAsync("UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId)).ConfigureAwait(false);
        return await GetEpochAsync(tenantId).ConfigureAwait(false)
            ?? throw NotFound(tenantId);
    }

    /// <inheritdoc/>
    public Task<long?> GetEpochAsync(string tenantId) => statements.FindAsync(
        "SELECT epoch FROM tenants WHERE tenant_id = $tenant_id", row => (long?)row.GetInt64(0), ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public async Task<bool> FenceAsync(string tenantId, long epoch)
    {
        statements.RequireWrite();
        return await statements.FindAsync(
            $"SELECT 1 FROM tenants WHERE tenant_id = $tenant_id AND epoch = $epoch {statements.Dialect.Held}",
            row => true,
            ("$tenant_id", tenantId),
            ("$epoch", epoch)).ConfigureAwait(false);
    }

    private static TenantEncryptionException HasDependants(string tenantId, Exception? cause) => new(
        ErrorCodes.HasDependants,
        $"Children, key providers, keys, messages, migrations or open reservations depend on the tenant '{tenantId}'.",
        cause,
        "Run the command again; what depends on it came in between.");

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

    private static EncryptionTenant Read(DbDataReader row) => new()
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
