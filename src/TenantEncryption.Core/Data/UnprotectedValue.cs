namespace TenantEncryption.Data;

/// <summary>A value that was unprotected, verified to its last byte.</summary>
/// <param name="Plaintext">The plaintext; the caller zeroes it when it should not linger.</param>
/// <param name="TenantId">The tenant whose data it is; <see langword="null"/> when a raw key opened it.</param>
/// <param name="MessageId">The message id in lower-case hexadecimal.</param>
public sealed record UnprotectedValue(byte[] Plaintext, string? TenantId, string MessageId);
