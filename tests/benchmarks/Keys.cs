using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Benchmarks;

/// <summary>A wrapping key for the benchmarks, materials under it, and its keyring.</summary>
internal static class Keys
{
    public const string Namespace = "benchmark";
    public const string Name = "kek-0001";

    public static byte[] WrappingKey { get; } = RandomNumberGenerator.GetBytes(32);

    public static EncryptionContext Context { get; } =
        new(new Dictionary<string, string> { ["TenantId"] = "contoso", ["purpose"] = "benchmark" });

    public static RawAesKeyring Keyring { get; } = new(Namespace, Name, WrappingKey);

    public static MessageMaterials NewMaterials()
    {
        SecretBytes dataKey = SecretBytes.Random(32);
        return new MessageMaterials(
            dataKey, [RawAesKeyWrap.Wrap(WrappingKey, Namespace, Name, dataKey.Span, Context)], Context);
    }
}
