namespace TenantEncryption.Envelope;

/// <summary>A message in memory that was verified from its first byte to its last, and its plaintext.</summary>
/// <param name="Header">Its header, authenticated.</param>
/// <param name="Plaintext">The plaintext. The caller zeroes it if it is secret for longer than it is used.</param>
public readonly record struct OpenedValue(MessageHeader Header, byte[] Plaintext);
