namespace TenantEncryption.Data;

/// <summary>A stream that was protected.</summary>
/// <param name="TenantId">The tenant whose data it is.</param>
/// <param name="MessageId">The message id: 32 bytes in lower-case hexadecimal.</param>
/// <param name="Length">The length of the plaintext in bytes.</param>
/// <param name="MessageLength">The length of the message in bytes.</param>
public sealed record ProtectedStream(string TenantId, string MessageId, long Length, long MessageLength);
