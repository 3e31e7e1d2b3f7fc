using System.Security.Cryptography;

namespace TenantEncryption.Keys;

/// <summary>Random ids whose prefix tells what they name.</summary>
public static class Identifiers
{
    /// <summary>What the id of a key provider begins with.</summary>
    public const string ProviderPrefix = "kp-";

    /// <summary>What the id of a key-encryption key begins with.</summary>
    public const string KekPrefix = "kek-";

    /// <summary>What the id of a migration begins with.</summary>
    public const string MigrationPrefix = "mig-";

    /// <summary>A new id: the prefix and 80 random bits in lower-case hexadecimal.</summary>
    /// <param name="prefix">One of the prefixes.</param>
    /// <returns>The id.</returns>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetHexString(20, lowercase: true);
}
