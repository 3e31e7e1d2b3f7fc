namespace TenantEncryption.Envelope;

/// <summary>What a writer wrote.</summary>
/// <param name="MessageId">The message's id: 32 random bytes.</param>
/// <param name="PlaintextLength">The length of the plaintext, in bytes.</param>
/// <param name="MessageLength">The length of the message, in bytes.</param>
public sealed record WrittenMessage(ReadOnlyMemory<byte> MessageId, long PlaintextLength, long MessageLength);
