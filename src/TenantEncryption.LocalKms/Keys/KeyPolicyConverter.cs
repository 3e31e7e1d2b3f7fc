using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>The journal holds a key policy as its text.</summary>
internal sealed class KeyPolicyConverter : JsonConverter<KeyPolicy>
{
    public override KeyPolicy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, KeyPolicy value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
