namespace TenantEncryption.Reports;

/// <summary>A call of KMS that uses a key.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Operation">CloudTrail's name of it, such as <c>Decrypt</c>.</param>
/// <param name="Region">The region that answered.</param>
/// <param name="RequestId">The AWS request id.</param>
/// <param name="Sequence">The number of the event that tells of it, in the tenant's chain.</param>
public sealed record ReportedKmsUse(DateTimeOffset Time, string Operation, string? Region, string? RequestId, long Sequence);
