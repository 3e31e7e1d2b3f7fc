namespace TenantEncryption.Reports;

/// <summary>What a report does not show, and what its evidence does not cover. The tables' part is that of docs/security.md, and a test compares them.</summary>
internal static class ReportLimits
{
    /// <summary>Columns of the store that neither the digest of the state nor the log covers: who can write the database can make them lie.</summary>
    public static IReadOnlyList<ReportedLimit> OfStore { get; } =
    [
        new("key_providers: last_tested_at, last_test_code", "This report takes tests from the events, which are covered."),
        new("key_providers: direct_reserved_wraps, direct_file_wraps, direct_messages", "The counts of messages and values of keys that wrap directly may be wrong."),
        new("key_encryption_keys: reserved_wraps, file_wraps, messages", "How often a key wrapped, and what depends on it, may be wrong."),
        new("migrations: ordinal, actor, initiated_at, completed_at, requested, failure_code, low_priority, total, done, bytes", "Who began a migration and when, and its counts, may be wrong; its events tell."),
        new("migration_failures: migration_id, space, name, version, spelling, message_id, item, code, detail", "How many messages of a migration failed may be wrong."),
        new("spaces: number, address", "Where what is listed lies may be wrong."),
        new("catalog: space, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at", "Which messages are listed and counted may be wrong; a file opens by its own header alone."),
        new("catalog_pending: reservation_id, space, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at", "As the catalog."),
    ];

    /// <summary>What holds of every report.</summary>
    public static IReadOnlyList<ReportedLimit> OfReports { get; } =
    [
        new("The end of the log", "Events that were cut off after the last head that is kept outside the store, or after the last anchor, are not missed. Compare the heads with those that you noted, and the anchors with those that were kept."),
        new("Anchors", "They are listed as the store tells them; they were not compared with what is kept outside of it. Verifying the log with the kept anchors does that."),
        new("Messages outside the catalog", "Values, and files that were moved or copied, are counted as the most that may exist, or not at all. Backups of messages and of the store are not known."),
        new("What AWS knows", "Service control policies, IAM policies of principals, endpoint policies and the validation of AWS's hardware can't be seen from here. CloudTrail has every call by its request id."),
        new("Plaintext keys in memory", "Processes lease keys; for how long is each tenant's key lease. What of memory is protected is in the security guide."),
        new("This report", "It is not signed. The file's SHA-256 that its export gives identifies it; the heads in it tie it to the log."),
    ];

    /// <summary>What was not asked.</summary>
    public static ReportedLimit NotLive { get; } = new(
        "Live facts of the master keys",
        "KMS was not asked: state, rotation, key policy, grants and last use of the master keys are not in this report. A report with live facts asks.");
}
