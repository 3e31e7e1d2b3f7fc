using System.Buffers.Text;
using TenantEncryption.Integrity;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.State;

/// <summary>
/// What every event of a tenant says of the tenant's state: four SHA-256, each over a label and the length-prefixed fields of the rows, written
/// <c>tenant.providers.keys.migration</c> in base64url. Four, so that what differs can be named. Rows are in the order of their ids, sets and maps in that of their
/// names, all ordinal. Not in it, as it decides nothing: counters, the time and code of the last test, sessions, the catalog.
/// </summary>
internal static class StateDigest
{
    private static readonly string[] Parts = ["the tenant's row", "the rows of its key providers", "the rows of its keys", "the rows of its migration"];

    /// <summary>The digest of a tenant that is not there.</summary>
    public static string Empty { get; } = Of(new TenantState(null, [], [], null, []));

    /// <summary>The digest of a tenant's rows.</summary>
    public static string Of(TenantState state) =>
        $"{OfTenant(state.Tenant)}.{OfProviders(state.Providers)}.{OfKeys(state.Keys)}.{OfMigration(state.Migration, state.Items)}";

    /// <summary>The digest of the platform profiles that a store keeps.</summary>
    public static string Of(IEnumerable<StoredPlatform> platforms)
    {
        LengthPrefixed fields = new LengthPrefixed().Label("TenantEncryption platforms v1"u8);
        foreach (StoredPlatform platform in platforms.OrderBy(platform => platform.Name, StringComparer.Ordinal))
        {
            fields.Add(platform.Name).Add(platform.Json).Add(platform.Hash);
        }

        return Hash(fields);
    }

    /// <summary>What differs between two digests, in words.</summary>
    public static string Difference(string expected, string actual)
    {
        string[] before = expected.Split('.');
        string[] now = actual.Split('.');
        return before.Length == Parts.Length && now.Length == Parts.Length
            ? string.Join(", ", Parts.Where((_, part) => before[part] != now[part]))
            : "its rows";
    }

    private static string OfTenant(EncryptionTenant? tenant)
    {
        LengthPrefixed fields = new LengthPrefixed().Label("TenantEncryption tenant v1"u8);
        if (tenant is not null)
        {
            fields.Add(tenant.TenantId).AddOptional(tenant.DisplayName).Add(tenant.Platform).AddOptional(tenant.Profile.FileHash)
                .AddOptional(tenant.Region).AddOptional(tenant.Edition).AddOptional(tenant.Organization).AddOptional(tenant.Parent)
                .Add(tenant.KeyHierarchy.ToString()).Add(tenant.KeyLease.Ticks).Add(tenant.Epoch).Add(tenant.CreatedAt.UtcTicks)
                .Add(tenant.UntracedReads ? 1 : 0);
        }

        return Hash(fields);
    }

    private static string OfProviders(IEnumerable<KeyProvider> providers)
    {
        LengthPrefixed fields = new LengthPrefixed().Label("TenantEncryption providers v1"u8);
        foreach (KeyProvider provider in providers.OrderBy(provider => provider.Id, StringComparer.Ordinal))
        {
            fields.Add(provider.Id).Add(provider.TenantId).Add(provider.Name).AddOptional(provider.Description)
                .Add(provider.Type.ToString()).Add(provider.Status.ToString())
                .AddOptional(provider.KeyIdentifier).AddOptional(provider.KeyArn).AddOptional(provider.ArnFingerprint).AddOptional(provider.ContextValue)
                .Add(provider.SecondLayer ? 1 : 0).Add(provider.MultiRegion ? 1 : 0).Add(provider.ReplicaKeys).Add(provider.RefusedRegions)
                .AddOptional(provider.Connection.Region).AddOptional(provider.Connection.ProfileName).AddOptional(provider.Connection.EndpointUrl)
                .AddOptional(provider.Connection.RoleArn).AddOptional(provider.Connection.ExternalId).AddOptional(provider.Connection.FipsEndpoints?.ToString())
                .Add(provider.CreatedAt.UtcTicks).AddOptional(provider.PromotedToCurrentAt).AddOptional(provider.DemotedFromCurrentAt)
                .Add(provider.Grants.Count);
            foreach (ProviderGrant grant in provider.Grants)
            {
                fields.Add(grant.GrantId).Add(grant.KeyArn).Add(grant.TenantId).Add(grant.GranteePrincipal);
            }

            fields.Add(provider.Parameters.Count);
            foreach ((string name, IReadOnlyList<string> values) in provider.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                fields.Add(name).Add(values);
            }
        }

        return Hash(fields);
    }

    private static string OfKeys(IEnumerable<KeyEncryptionKey> keys)
    {
        LengthPrefixed fields = new LengthPrefixed().Label("TenantEncryption keys v1"u8);
        foreach (KeyEncryptionKey key in keys.OrderBy(key => key.KekId, StringComparer.Ordinal))
        {
            Add(fields, key.Record);
            fields.Add(key.Status.ToString()).Add(key.CreatedAt.UtcTicks);
        }

        return Hash(fields);
    }

    private static string OfMigration(KeyMigration? migration, IEnumerable<MigrationItem> items)
    {
        LengthPrefixed fields = new LengthPrefixed().Label("TenantEncryption migration v1"u8);
        if (migration is not null)
        {
            fields.Add(migration.Id).Add(migration.Mode.ToString()).Add(migration.MigratingFrom).Add(migration.MigratingTo);
            foreach (MigrationItem item in items.OrderBy(item => item.KekId, StringComparer.Ordinal))
            {
                fields.Add(item.IsNewKey ? 1 : 0);
                if (item.Staged is { } staged)
                {
                    Add(fields, staged);
                }
                else
                {
                    fields.Add(item.KekId);
                }
            }
        }

        return Hash(fields);
    }

    private static void Add(LengthPrefixed fields, KeyRecord record)
    {
        fields.Add(record.KekId).Add(record.TenantId).Add(record.ProviderId).Add(record.KeyArn)
            .Add(record.SealedShare).Add(record.SealedInternalShare).Add(record.Salt).Add(record.Iv).Add(record.SealedKek)
            .Add(record.EncryptionContext.Count);
        foreach ((string name, string value) in record.EncryptionContext.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            fields.Add(name).Add(value);
        }
    }

    private static string Hash(LengthPrefixed fields) => Base64Url.EncodeToString(fields.ToHash());
}
