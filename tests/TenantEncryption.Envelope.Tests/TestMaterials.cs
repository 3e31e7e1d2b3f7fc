using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Tests.Envelope;

/// <summary>A wrapping key, fresh materials under it, and the keyring that opens them.</summary>
internal static class TestMaterials
{
    public const string KeyName = "kek-0001";

    public static byte[] WrappingKey { get; } = Enumerable.Range(100, 32).Select(i => (byte)i).ToArray();

    public static EncryptionContext Context { get; } =
        new(new Dictionary<string, string> { ["TenantId"] = "contoso", ["purpose"] = "test" });

    public static MessageMaterials New(EncryptionContext? context = null, int wraps = 1)
    {
        context ??= Context;
        SecretBytes dataKey = SecretBytes.Random(32);
        EncryptedDataKey[] keys = Enumerable.Range(0, wraps)
            .Select(_ => RawAesKeyWrap.Wrap(
                WrappingKey, RawAesKeyWrap.TenantEncryptionProviderId, KeyName, dataKey.Span, context))
            .ToArray();
        return new MessageMaterials(dataKey, keys, context);
    }

    public static RawAesKeyring Keyring() => new(RawAesKeyWrap.TenantEncryptionProviderId, KeyName, WrappingKey);
}
