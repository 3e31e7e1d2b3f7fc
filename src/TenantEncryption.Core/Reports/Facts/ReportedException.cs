namespace TenantEncryption.Reports;

/// <summary>Something in a report that somebody should look at.</summary>
/// <param name="TenantId">The tenant that it is about; <see langword="null"/> for the store.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Code">An error code, or a word of the report's own: <c>NOT_TESTED</c>, <c>UNTRACED_READS</c>, <c>OWN_ENDPOINT</c>, <c>MIGRATION_UNFINISHED</c>, <c>MIGRATION_FAILED_ITEMS</c>, <c>REGION_REFUSED</c>, <c>EVENTS_ARCHIVED</c>, <c>DRILL_UNFINISHED</c>.</param>
/// <param name="Detail">What was seen.</param>
public sealed record ReportedException(string? TenantId, string Subject, string Code, string Detail);
