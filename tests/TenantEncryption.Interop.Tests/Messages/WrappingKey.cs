using Newtonsoft.Json.Linq;
using TenantEncryption.Keys;

namespace TenantEncryption.Interop.Tests.Messages;

/// <summary>What client-node wraps data keys with: fields of an operation of <c>envelope.mjs</c>.</summary>
internal sealed record WrappingKey(string Name, JObject Fields)
{
    /// <summary>A tenant's key-encryption key, recovered, as a raw AES key: the namespace and name that messages say.</summary>
    public static WrappingKey OfRecord(KeyRecord record, string kek) => Raw("tenant-encryption", record.KekId, kek);

    /// <summary>A raw AES key in hexadecimal.</summary>
    public static WrappingKey Raw(string keyNamespace, string name, string key) => new(
        $"raw AES-{key.Length * 4} {keyNamespace}", new JObject { ["raw-key"] = key, ["namespace"] = keyNamespace, ["name"] = name });

    /// <summary>A master key in AWS KMS.</summary>
    public static WrappingKey Kms(string keyArn, string endpointUrl) =>
        new("aws-kms", new JObject { ["kms-key"] = keyArn, ["endpoint"] = endpointUrl });

    public override string ToString() => Name;
}
