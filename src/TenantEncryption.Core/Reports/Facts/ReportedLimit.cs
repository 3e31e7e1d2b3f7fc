namespace TenantEncryption.Reports;

/// <summary>Something that a report does not show, or that its evidence does not cover.</summary>
/// <param name="What">What.</param>
/// <param name="Why">What follows from it.</param>
public sealed record ReportedLimit(string What, string Why);
