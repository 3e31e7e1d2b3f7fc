namespace TenantEncryption.Events;

/// <summary>A record of the event log as it is stored.</summary>
/// <param name="Sequence">Its number: 1, 2, 3, … without a gap.</param>
/// <param name="LogKeyId">Which log key authenticates it.</param>
/// <param name="Json">The CloudEvents 1.0 record, exactly the text that is authenticated.</param>
/// <param name="Mac">HMAC-SHA-256 over the preceding record's MAC, the sequence number and the text.</param>
internal sealed record StoredEvent(long Sequence, int LogKeyId, string Json, byte[] Mac);
