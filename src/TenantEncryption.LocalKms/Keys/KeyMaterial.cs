using System.Security.Cryptography;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>One version of a symmetric key's material. A rotation adds a version; older ones go on decrypting.</summary>
/// <param name="Id">32 random bytes that ciphertexts and answers name the version by (64 hexadecimal digits in JSON).</param>
/// <param name="Secret">The 256-bit AES key.</param>
/// <param name="Created">When the version was made.</param>
/// <param name="OnDemand">Whether RotateKeyOnDemand made it.</param>
internal sealed record KeyMaterial(string Id, byte[] Secret, DateTimeOffset Created, bool OnDemand)
{
    public const int IdSize = 32;

    /// <summary>AES-256-GCM under this version, for one call: an AesGcm must not be shared by threads.</summary>
    public AesGcm CreateCipher() => new(Secret, tagSizeInBytes: 16);

    public static KeyMaterial Generate(DateTimeOffset now, bool onDemand = false) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdSize)),
        RandomNumberGenerator.GetBytes(32),
        now,
        onDemand);
}
