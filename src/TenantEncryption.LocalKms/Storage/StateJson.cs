using System.Text.Json.Serialization;
using TenantEncryption.LocalKms.Identity;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>Serializers of the journal, made at compile time: start-up pays no reflection.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Change>))]
[JsonSerializable(typeof(List<Change>))]
[JsonSerializable(typeof(Principal))]
internal sealed partial class StateJson : JsonSerializerContext;
