namespace TenantEncryption.Envelope;

/// <summary>A message that was verified from its first byte to its last.</summary>
/// <param name="Header">Its header, authenticated.</param>
/// <param name="PlaintextLength">The length of the plaintext, in bytes.</param>
/// <param name="MessageLength">The length of the message, in bytes.</param>
public sealed record ReadMessage(MessageHeader Header, long PlaintextLength, long MessageLength);
