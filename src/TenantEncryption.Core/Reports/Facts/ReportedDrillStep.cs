namespace TenantEncryption.Reports;

/// <summary>A step of a drill.</summary>
/// <param name="Name">What was done, such as <c>Withdraw</c>.</param>
/// <param name="Region">Where.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Code">Why it failed or warns.</param>
/// <param name="Milliseconds">How long it took: of a step that waits for KMS, from the change to its effect.</param>
public sealed record ReportedDrillStep(string Name, string? Region, string Outcome, string? Code, long Milliseconds);
