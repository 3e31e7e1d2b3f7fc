using TenantEncryption.Keys;

namespace TenantEncryption.Kms;

/// <summary>What AWS KMS opened. Disposing it zeroes the plaintext.</summary>
/// <param name="keyArn">The ARN of the key that KMS answered with.</param>
/// <param name="plaintext">The plaintext; this object owns and zeroes it.</param>
/// <param name="requestId">The AWS request id of the answer.</param>
public sealed class KmsPlaintext(string keyArn, SecretBytes plaintext, string? requestId) : IKmsAnswer, IDisposable
{
    /// <summary>The ARN of the key that KMS answered with, never an alias.</summary>
    public string KeyArn => keyArn;

    /// <summary>The plaintext.</summary>
    public SecretBytes Plaintext => plaintext;

    /// <summary>The AWS request id of the answer.</summary>
    public string? RequestId => requestId;

    /// <inheritdoc/>
    public void Dispose() => plaintext.Dispose();
}
