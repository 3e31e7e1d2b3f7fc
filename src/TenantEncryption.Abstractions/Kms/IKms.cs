namespace TenantEncryption.Kms;

/// <summary>
/// The calls of AWS KMS that the product makes, in its own terms. Every method fails with a
/// <see cref="TenantEncryptionException"/> whose code tells the cause (<c>POLICY_DENIED</c>, <c>KEY_DISABLED</c>,
/// <c>KMS_UNREACHABLE</c>, …) and which carries the operation, the key, the region and the request id.
/// <c>KMS_UNREACHABLE</c> is no answer, in several tries; every other code is an answer. Implementations are thread-safe.
/// </summary>
public interface IKms : IDisposable
{
    /// <summary>The calls by which keys, policies and grants are administered.</summary>
    IKmsAdministration Administration { get; }

    /// <summary>The facts of a key, by any form of identifier (kms:DescribeKey).</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">A key id, key ARN, alias name or alias ARN.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key's description.</returns>
    Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>A new 32-byte data key in both forms (kms:GenerateDataKey, AES_256).</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">The key ARN.</param>
    /// <param name="encryptionContext">The pairs that bind the ciphertext; KMS compares them exactly at Decrypt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The data key. The caller disposes it, which zeroes the plaintext.</returns>
    Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken);

    /// <summary>A new 32-byte data key as ciphertext alone (kms:GenerateDataKeyWithoutPlaintext, AES_256).</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">The key ARN.</param>
    /// <param name="encryptionContext">The pairs that bind the ciphertext.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The ciphertext.</returns>
    Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken);

    /// <summary>Encrypts up to 4,096 bytes (kms:Encrypt).</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">The key ARN.</param>
    /// <param name="plaintext">1 to 4,096 bytes.</param>
    /// <param name="encryptionContext">The pairs that bind the ciphertext.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The ciphertext.</returns>
    Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken);

    /// <summary>
    /// Opens a ciphertext (kms:Decrypt). <paramref name="keyId"/> is always sent, so that KMS refuses a ciphertext of another key,
    /// and compared with the key that the answer names (or a multi-Region relative of it).
    /// </summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="keyId">The key ARN that must have made the ciphertext.</param>
    /// <param name="ciphertext">What GenerateDataKey or Encrypt returned.</param>
    /// <param name="encryptionContext">Exactly the pairs of the encryption.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The plaintext. The caller disposes it, which zeroes it.</returns>
    Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken);
}
