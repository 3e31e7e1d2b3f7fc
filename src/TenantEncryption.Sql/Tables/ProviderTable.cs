using System.Data.Common;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>key_providers</c>. Names are unique within a tenant ignoring the case of ASCII letters.</summary>
internal sealed class ProviderTable(SqlStatements statements) : IProviderTable
{
    private const string Fixed =
        """
        p.id, p.tenant_id, p.name, p.description, p.type, p.key_identifier, p.key_arn, p.arn_fingerprint, p.context_value,
        p.status, p.multi_region, p.replica_keys, p.connection_region, p.connection_profile_name, p.connection_endpoint_url,
        p.connection_role_arn, p.connection_external_id, p.created_at, p.promoted_to_current_at, p.demoted_from_current_at,
        p.second_layer, p.refused_regions, p.parameters, p.grants, p.connection_fips_endpoints
        """;

    private const string Registration = $"{Fixed}, p.last_tested_at, p.last_test_code";

    /// <summary>The rows of a tenant's providers, without what is counted or noted beside their registrations.</summary>
    public const string Rows = $"SELECT {Fixed} FROM key_providers p WHERE p.tenant_id = $tenant_id ORDER BY p.ordinal";

    private const string Select =
        $"""
        SELECT {Registration}, count(k.kek_id),
            CAST(p.direct_messages + coalesce(sum(k.messages), 0) AS bigint),
            CAST(p.direct_reserved_wraps - p.direct_file_wraps + coalesce(sum(k.reserved_wraps - k.file_wraps), 0) AS bigint)
        FROM key_providers p LEFT JOIN key_encryption_keys k ON k.provider_id = p.id
        """;

    /// <inheritdoc/>
    public async Task AddAsync(KeyProvider provider)
    {
        try
        {
            await statements.ExecuteAsync(
                """
                INSERT INTO key_providers (id, tenant_id, name, description, type, key_identifier, key_arn, arn_fingerprint, context_value,
                    status, multi_region, replica_keys, connection_region, connection_profile_name, connection_endpoint_url,
                    connection_role_arn, connection_external_id, created_at, promoted_to_current_at, demoted_from_current_at,
                    last_tested_at, last_test_code, second_layer, refused_regions, parameters, grants, connection_fips_endpoints)
                VALUES ($id, $tenant_id, $name, $description, $type, $key_identifier, $key_arn, $arn_fingerprint, $context_value,
                    $status, $multi_region, $replica_keys, $connection_region, $connection_profile_name, $connection_endpoint_url,
                    $connection_role_arn, $connection_external_id, $created_at, $promoted_to_current_at, $demoted_from_current_at,
                    $last_tested_at, $last_test_code, $second_layer, $refused_regions, $parameters, $grants,
                    $connection_fips_endpoints)
                """,
                Values(provider)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(ErrorCodes.TenantNotFound, $"There is no tenant '{provider.TenantId}'.", exception.InnerException);
        }
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(KeyProvider provider)
    {
        int rows = await statements.ExecuteAsync(
            """
            UPDATE key_providers SET tenant_id = $tenant_id, name = $name, description = $description, type = $type,
                key_identifier = $key_identifier, key_arn = $key_arn, arn_fingerprint = $arn_fingerprint, context_value = $context_value,
                status = $status, multi_region = $multi_region, replica_keys = $replica_keys, connection_region = $connection_region,
                connection_profile_name = $connection_profile_name, connection_endpoint_url = $connection_endpoint_url,
                connection_role_arn = $connection_role_arn, connection_external_id = $connection_external_id, created_at = $created_at,
                promoted_to_current_at = $promoted_to_current_at, demoted_from_current_at = $demoted_from_current_at,
                second_layer = $second_layer, refused_regions = $refused_regions, parameters = $parameters, grants = $grants,
                connection_fips_endpoints = $connection_fips_endpoints
            WHERE id = $id
            """,
            RegistrationOf(provider)).ConfigureAwait(false);
        if (rows != 1)
        {
            throw NotFound(provider.Id);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string providerId)
    {
        try
        {
            int rows = await statements.ExecuteAsync("DELETE FROM key_providers WHERE id = $id", ("$id", providerId)).ConfigureAwait(false);
            if (rows != 1)
            {
                throw NotFound(providerId);
            }
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Keys or open reservations depend on the key provider '{providerId}'.",
                exception.InnerException,
                "Run the command again; what depends on it came in between.");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyProvider>> ListAsync(KeyProviderFilter filter)
    {
        Conditions conditions = ConditionsOf(filter);
        return await statements.ListAsync($"{Select} {conditions} GROUP BY p.ordinal ORDER BY p.ordinal", Read, conditions.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyProvider>> ListRegistrationsAsync(string tenantId) => statements.ListAsync(
        $"SELECT {Registration}, 0, 0, 0 FROM key_providers p WHERE p.tenant_id = $tenant_id ORDER BY p.ordinal", Read, ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync() => statements.ListAsync(
        "SELECT tenant_id, id, name FROM key_providers ORDER BY tenant_id, name", row => new NameInStore(row.GetString(0), row.GetString(1), row.GetString(2)));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListTenantsAsync(KeyProviderFilter filter)
    {
        Conditions conditions = ConditionsOf(filter);
        return await statements.ListAsync(
            $"SELECT DISTINCT p.tenant_id FROM key_providers p {conditions} ORDER BY p.tenant_id", row => row.GetString(0), conditions.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<KeyProvider?> FindAsync(string providerId) => statements.FindAsync($"{Select} WHERE p.id = $id GROUP BY p.ordinal", Read, ("$id", providerId));

    /// <inheritdoc/>
    public Task<KeyProvider?> FindActiveAsync(string tenantId) => statements.FindAsync($"{Select} WHERE p.tenant_id = $tenant_id AND p.status = 'Active' GROUP BY p.ordinal", Read, ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public async Task NoteTestAsync(string providerId, DateTimeOffset testedAt, string code)
    {
        int rows = await statements.ExecuteAsync(
            "UPDATE key_providers SET last_tested_at = $at, last_test_code = $code WHERE id = $id",
            ("$id", providerId),
            ("$at", StoredText.OfTime(testedAt)),
            ("$code", code)).ConfigureAwait(false);
        if (rows != 1)
        {
            throw NotFound(providerId);
        }
    }

    /// <inheritdoc/>
    public async Task AddRefusalAsync(string providerId)
    {
        await statements.ExecuteAsync("UPDATE key_providers SET refusals = refusals + 1 WHERE id = $id", ("$id", providerId)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> CountRefusalsAsync(string tenantId) => (await statements.ListAsync(
        "SELECT id, refusals FROM key_providers WHERE tenant_id = $tenant_id AND refusals > 0",
        row => (Id: row.GetString(0), Count: row.GetInt64(1)),
        ("$tenant_id", tenantId)).ConfigureAwait(false)).ToDictionary(refused => refused.Id, refused => refused.Count, StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string TenantId, string ProviderId, long Count)>> ListRefusalsAsync() => statements.ListAsync(
        "SELECT tenant_id, id, refusals FROM key_providers WHERE refusals > 0", row => (row.GetString(0), row.GetString(1), row.GetInt64(2)));

    private static Conditions ConditionsOf(KeyProviderFilter filter) => new Conditions()
        .And("p.tenant_id = $tenant_id", "$tenant_id", filter.TenantId)
        .And("p.id = $id", "$id", filter.Id)
        .And("p.name = $name", "$name", filter.Name)
        .And("(p.key_arn = $key_arn OR p.key_identifier = $key_arn)", "$key_arn", filter.KeyArn)
        .And("p.type = $type", "$type", filter.Type?.ToString())
        .And("p.status = $status", "$status", filter.Status?.ToString());

    private static TenantEncryptionException NotFound(string providerId) =>
        new(ErrorCodes.ProviderNotFound, $"There is no key provider '{providerId}'.");

    private static (string Name, object? Value)[] Values(KeyProvider provider) =>
    [
        .. RegistrationOf(provider),
        ("$last_tested_at", StoredText.OfTime(provider.LastTestedAt)),
        ("$last_test_code", provider.LastTest),
    ];

    private static (string Name, object? Value)[] RegistrationOf(KeyProvider provider) =>
    [
        ("$id", provider.Id),
        ("$tenant_id", provider.TenantId),
        ("$name", provider.Name),
        ("$description", provider.Description),
        ("$type", provider.Type.ToString()),
        ("$key_identifier", provider.KeyIdentifier),
        ("$key_arn", provider.KeyArn),
        ("$arn_fingerprint", provider.ArnFingerprint),
        ("$context_value", provider.ContextValue),
        ("$status", provider.Status.ToString()),
        ("$multi_region", provider.MultiRegion),
        ("$replica_keys", StoredText.OfList(provider.ReplicaKeys)),
        ("$connection_region", provider.Connection.Region),
        ("$connection_profile_name", provider.Connection.ProfileName),
        ("$connection_endpoint_url", provider.Connection.EndpointUrl),
        ("$connection_role_arn", provider.Connection.RoleArn),
        ("$connection_external_id", provider.Connection.ExternalId),
        ("$created_at", StoredText.OfTime(provider.CreatedAt)),
        ("$promoted_to_current_at", StoredText.OfTime(provider.PromotedToCurrentAt)),
        ("$demoted_from_current_at", StoredText.OfTime(provider.DemotedFromCurrentAt)),
        ("$second_layer", provider.SecondLayer),
        ("$refused_regions", StoredText.OfList(provider.RefusedRegions)),
        ("$parameters", StoredText.OfLists(provider.Parameters)),
        ("$grants", StoredGrants.Write(provider.Grants)),
        ("$connection_fips_endpoints", provider.Connection.FipsEndpoints),
    ];

    private static KeyProvider Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        TenantId = row.GetString(1),
        Name = row.GetString(2),
        Description = row.OptionalText(3),
        Type = row.Named<KeyProviderType>(4),
        KeyIdentifier = row.OptionalText(5),
        KeyArn = row.OptionalText(6),
        ArnFingerprint = row.OptionalText(7),
        ContextValue = row.OptionalText(8),
        Status = row.Named<KeyProviderStatus>(9),
        MultiRegion = row.GetBoolean(10),
        ReplicaKeys = StoredText.ToList(row.GetString(11)),
        Connection = new KmsConnection
        {
            Region = row.OptionalText(12),
            ProfileName = row.OptionalText(13),
            EndpointUrl = row.OptionalText(14),
            RoleArn = row.OptionalText(15),
            ExternalId = row.OptionalText(16),
            FipsEndpoints = row.IsDBNull(24) ? null : row.GetBoolean(24),
        },
        CreatedAt = row.Time(17),
        PromotedToCurrentAt = row.OptionalTime(18),
        DemotedFromCurrentAt = row.OptionalTime(19),
        LastTestedAt = row.OptionalTime(25),
        LastTest = row.OptionalText(26),
        SecondLayer = row.GetBoolean(20),
        RefusedRegions = StoredText.ToList(row.GetString(21)),
        Parameters = StoredText.ToLists(row.GetString(22)),
        Grants = StoredGrants.Read(row.GetString(23)),
        KeyCount = row.GetInt64(27),
        MessageCount = row.GetInt64(28),
        ValueCount = row.GetInt64(29),
    };
}
