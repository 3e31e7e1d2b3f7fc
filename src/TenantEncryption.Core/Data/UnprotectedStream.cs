namespace TenantEncryption.Data;

/// <summary>A stream that was unprotected, verified to its last byte.</summary>
/// <param name="TenantId">The tenant whose data it is; <see langword="null"/> when a raw key opened it.</param>
/// <param name="MessageId">The message id: 32 bytes in lower-case hexadecimal.</param>
/// <param name="Length">The length of the plaintext in bytes.</param>
public sealed record UnprotectedStream(string? TenantId, string MessageId, long Length);
