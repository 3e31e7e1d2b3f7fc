namespace TenantEncryption.Kms;

/// <summary>
/// The last successful cryptographic operation with a key (kms:GetKeyLastUsage). KMS records it up to an hour late, for each replica by itself
/// (AWS KMS Developer Guide, "Determine past usage of a KMS key").
/// </summary>
/// <param name="Time">When; <see langword="null"/> where none is on record.</param>
/// <param name="Operation">Which, such as <c>Decrypt</c>.</param>
/// <param name="EventId">The id of its CloudTrail event, which tells by whom.</param>
/// <param name="RequestId">The id of the request that it was.</param>
/// <param name="TrackedSince">Since when KMS has recorded it: uses before that are in CloudTrail alone.</param>
public sealed record KmsLastUsage(DateTimeOffset? Time, string? Operation, string? EventId, string? RequestId, DateTimeOffset? TrackedSince);
