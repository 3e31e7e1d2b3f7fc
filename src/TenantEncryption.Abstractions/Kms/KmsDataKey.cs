using TenantEncryption.Keys;

namespace TenantEncryption.Kms;

/// <summary>A data key that AWS KMS made, in both forms. Disposing it zeroes the plaintext.</summary>
/// <param name="keyArn">The ARN of the key that KMS answered with.</param>
/// <param name="plaintext">32 bytes; this object owns and zeroes it.</param>
/// <param name="ciphertextBlob">The same key sealed by KMS.</param>
/// <param name="requestId">The AWS request id of the answer.</param>
public sealed class KmsDataKey(string keyArn, SecretBytes plaintext, byte[] ciphertextBlob, string? requestId) : IKmsAnswer, IDisposable
{
    /// <summary>The ARN of the key that KMS answered with, never an alias.</summary>
    public string KeyArn => keyArn;

    /// <summary>The plaintext, 32 bytes.</summary>
    public SecretBytes Plaintext => plaintext;

    /// <summary>The ciphertext, opaque.</summary>
    public byte[] CiphertextBlob => ciphertextBlob;

    /// <summary>The AWS request id of the answer.</summary>
    public string? RequestId => requestId;

    /// <inheritdoc/>
    public void Dispose() => plaintext.Dispose();
}
