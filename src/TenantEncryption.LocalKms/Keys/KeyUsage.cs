namespace TenantEncryption.LocalKms.Keys;

/// <summary>A successful cryptographic operation with a key: the last of each key is on record.</summary>
/// <param name="KeyArn">The key, each replica by itself.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Time">When.</param>
/// <param name="RequestId">The request id of its answer.</param>
/// <param name="EventId">The id of its record in the audit log.</param>
internal sealed record KeyUsage(string KeyArn, string Operation, DateTimeOffset Time, string RequestId, string EventId);
