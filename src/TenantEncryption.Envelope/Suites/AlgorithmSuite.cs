using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>
/// One of the eleven algorithm suites of the AWS Encryption SDK message format (framework/algorithm-suites.md).
/// All use AES-GCM with a 12-byte IV and a 16-byte tag; they differ in key length, key derivation, commitment and signature.
/// </summary>
public sealed class AlgorithmSuite
{
    /// <summary>The length of every suite's IV, in bytes.</summary>
    public const int IvLength = 12;

    /// <summary>The length of every suite's authentication tag, in bytes.</summary>
    public const int TagLength = 16;

    private AlgorithmSuite(
        ushort id,
        string name,
        int keyLength,
        HashAlgorithmName? keyDerivationHash = null,
        bool committing = false,
        ECCurve? signatureCurve = null,
        HashAlgorithmName? signatureHash = null)
    {
        Id = id;
        Name = name;
        KeyLength = keyLength;
        KeyDerivationHash = keyDerivationHash;
        IsCommitting = committing;
        SignatureCurve = signatureCurve;
        SignatureHash = signatureHash;
    }

    /// <summary>0x0478: AES-256-GCM, HKDF-SHA-512, key commitment, no signature. The suite that this library writes.</summary>
    public static AlgorithmSuite Aes256GcmHkdfSha512CommitKey { get; } =
        new(0x0478, "ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY", 32, HashAlgorithmName.SHA512, committing: true);

    /// <summary>The eleven suites, in the order of their ids.</summary>
    public static IReadOnlyList<AlgorithmSuite> All { get; } =
    [
        new(0x0014, "ALG_AES_128_GCM_IV12_TAG16_NO_KDF", 16),
        new(0x0046, "ALG_AES_192_GCM_IV12_TAG16_NO_KDF", 24),
        new(0x0078, "ALG_AES_256_GCM_IV12_TAG16_NO_KDF", 32),
        new(0x0114, "ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256", 16, HashAlgorithmName.SHA256),
        new(0x0146, "ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA256", 24, HashAlgorithmName.SHA256),
        new(0x0178, "ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256", 32, HashAlgorithmName.SHA256),
        new(
            0x0214,
            "ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256_ECDSA_P256",
            16,
            HashAlgorithmName.SHA256,
            signatureCurve: ECCurve.NamedCurves.nistP256,
            signatureHash: HashAlgorithmName.SHA256),
        new(
            0x0346,
            "ALG_AES_192_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            24,
            HashAlgorithmName.SHA384,
            signatureCurve: ECCurve.NamedCurves.nistP384,
            signatureHash: HashAlgorithmName.SHA384),
        new(
            0x0378,
            "ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384",
            32,
            HashAlgorithmName.SHA384,
            signatureCurve: ECCurve.NamedCurves.nistP384,
            signatureHash: HashAlgorithmName.SHA384),
        Aes256GcmHkdfSha512CommitKey,
        new(
            0x0578,
            "ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384",
            32,
            HashAlgorithmName.SHA512,
            committing: true,
            ECCurve.NamedCurves.nistP384,
            HashAlgorithmName.SHA384),
    ];

    /// <summary>The id as it stands in the message.</summary>
    public ushort Id { get; }

    /// <summary>The name that the specification gives the suite.</summary>
    public string Name { get; }

    /// <summary>The length of the data key and of the derived key, in bytes: 16, 24 or 32.</summary>
    public int KeyLength { get; }

    /// <summary>The hash of HKDF, or <see langword="null"/> where the data key itself encrypts.</summary>
    public HashAlgorithmName? KeyDerivationHash { get; }

    /// <summary>Whether the message commits to its data key, so that no second key opens it to another plaintext.</summary>
    public bool IsCommitting { get; }

    /// <summary>The curve of the signature, or <see langword="null"/> where the message is not signed.</summary>
    public ECCurve? SignatureCurve { get; }

    /// <summary>The hash of the signature, or <see langword="null"/> where the message is not signed.</summary>
    public HashAlgorithmName? SignatureHash { get; }

    /// <summary>Whether a footer with an ECDSA signature ends the message.</summary>
    public bool IsSigned => SignatureCurve is not null;

    /// <summary>The message format version that the suite belongs to: committing suites to 2, the others to 1.</summary>
    public int MessageVersion => IsCommitting ? 2 : 1;

    /// <summary>The length of the message id, in bytes: 16 in version 1, 32 in version 2.</summary>
    public int MessageIdLength => IsCommitting ? 32 : 16;

    /// <summary>The length of the key commitment in the header (<c>Algorithm Suite Data</c>), in bytes: 32 or 0.</summary>
    public int CommitmentLength => IsCommitting ? 32 : 0;

    /// <summary>Looks a suite up.</summary>
    /// <param name="id">The id as it stands in the message.</param>
    /// <returns>The suite, or <see langword="null"/> if the format has none of that id.</returns>
    public static AlgorithmSuite? Find(ushort id)
    {
        if (id == 0x0478)
        {
            return Aes256GcmHkdfSha512CommitKey;
        }

        foreach (AlgorithmSuite suite in All)
        {
            if (suite.Id == id)
            {
                return suite;
            }
        }

        return null;
    }

    /// <summary>The id in hexadecimal and the name.</summary>
    /// <returns>Such as <c>0x0478 ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY</c>.</returns>
    public override string ToString() => $"0x{Id:X4} {Name}";
}
