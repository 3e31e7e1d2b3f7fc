namespace TenantEncryption.Keys.Root;

/// <summary>A root key of the internal KMS.</summary>
/// <param name="id">16 random bytes in lower-case hexadecimal.</param>
/// <param name="material">32 bytes; this object owns and zeroes them.</param>
internal sealed class RootKey(string id, SecretBytes material) : IDisposable
{
    /// <summary>The length of the material in bytes.</summary>
    public const int MaterialLength = 32;

    /// <summary>The id, which the store and each sealed share name.</summary>
    public string Id => id;

    /// <summary>The key itself.</summary>
    public SecretBytes Material => material;

    /// <summary>Makes a new root key from the system's random source.</summary>
    /// <returns>The key.</returns>
    public static RootKey Create() =>
        new(
            System.Security.Cryptography.RandomNumberGenerator.GetHexString(32, lowercase: true),
            SecretBytes.Random(MaterialLength));

    /// <inheritdoc/>
    public void Dispose() => material.Dispose();
}
