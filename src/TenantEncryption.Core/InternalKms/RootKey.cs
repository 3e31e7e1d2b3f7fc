namespace TenantEncryption.Keys.Root;

/// <summary>A root key of the internal KMS.</summary>
/// <param name="number">1 for a store's first, and one more at each rotation; it is the number of the log key that derives from it, too.</param>
/// <param name="id">16 random bytes in lower-case hexadecimal.</param>
/// <param name="material">32 bytes; this object owns and zeroes them.</param>
internal sealed class RootKey(int number, string id, SecretBytes material) : IDisposable
{
    /// <summary>The length of the material in bytes.</summary>
    public const int MaterialLength = 32;

    /// <summary>The number.</summary>
    public int Number => number;

    /// <summary>The id, which the store and each sealed share name.</summary>
    public string Id => id;

    /// <summary>The key itself.</summary>
    public SecretBytes Material => material;

    /// <summary>Makes a new root key from the system's random source.</summary>
    /// <param name="number">Its number.</param>
    /// <returns>The key.</returns>
    public static RootKey Create(int number = 1) =>
        new(
            number,
            System.Security.Cryptography.RandomNumberGenerator.GetHexString(32, lowercase: true),
            SecretBytes.Random(MaterialLength));

    /// <summary>The same key, for another owner.</summary>
    /// <returns>The copy.</returns>
    public RootKey Copy() => new(number, id, new SecretBytes(material.Span));

    /// <inheritdoc/>
    public void Dispose() => material.Dispose();
}
