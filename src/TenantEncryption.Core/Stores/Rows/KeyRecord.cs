namespace TenantEncryption.Keys;

/// <summary>
/// A key-encryption key sealed by its provider: all that is ever stored of it. The recipe by which it opens is documented in
/// <c>docs/key-record.md</c>, so that <c>aws kms decrypt</c> and twenty lines of any language recover the key without this software.
/// </summary>
public sealed record KeyRecord
{
    /// <summary>The id of the key-encryption key, <c>kek-</c> and 20 hexadecimal digits.</summary>
    public required string KekId { get; init; }

    /// <summary>The tenant whose key it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>The provider that seals it.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The ARN of the master key that sealed the share, or <c>internal</c>.</summary>
    public required string KeyArn { get; init; }

    /// <summary>Exactly the encryption context under which the share was sealed.</summary>
    public required IReadOnlyDictionary<string, string> EncryptionContext { get; init; }

    /// <summary>The provider's 32-byte share, sealed by the provider (what GenerateDataKey returned as ciphertext).</summary>
    public required byte[] SealedShare { get; init; }

    /// <summary>The internal KMS's 32-byte share, sealed, when the provider has a second layer; else empty.</summary>
    public byte[] SealedInternalShare { get; init; } = [];

    /// <summary>32 random bytes: the HKDF salt, so that each wrapping key seals once.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>12 random bytes: the AES-GCM IV.</summary>
    public required byte[] Iv { get; init; }

    /// <summary>The sealed key: 32 bytes of ciphertext and 16 of tag.</summary>
    public required byte[] SealedKek { get; init; }
}
