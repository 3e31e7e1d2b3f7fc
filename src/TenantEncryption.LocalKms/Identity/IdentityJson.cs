using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantEncryption.LocalKms.Identity;

/// <summary>Serializers of the identity file, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(IdentityFile))]
internal sealed partial class IdentityJson : JsonSerializerContext;
