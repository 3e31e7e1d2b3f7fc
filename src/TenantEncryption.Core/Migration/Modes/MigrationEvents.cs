using Newtonsoft.Json.Linq;

namespace TenantEncryption.Migration;

/// <summary>What events tell of a migration.</summary>
internal static class MigrationEvents
{
    /// <summary>The details of an event.</summary>
    public static JObject Describe(KeyMigration migration)
    {
        var data = new JObject
        {
            ["migrationId"] = migration.Id,
            ["mode"] = migration.Mode.ToString(),
            ["state"] = migration.State.ToString(),
            ["from"] = migration.MigratingFrom,
            ["to"] = migration.MigratingTo,
            ["total"] = migration.Total,
            ["done"] = migration.Done,
            ["failed"] = migration.Failed,
        };
        if (migration.Mode == MigrationMode.Reencrypt)
        {
            data["bytes"] = migration.Bytes;
        }

        return data;
    }
}
