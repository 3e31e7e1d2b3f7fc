using System.Text.Json.Serialization;
using TenantEncryption.LocalKms.Faults;

namespace TenantEncryption.LocalKms.Admin;

/// <summary>Serializers of the admin API, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(FaultPlan))]
[JsonSerializable(typeof(AdminEndpoint.KeyStateChange))]
[JsonSerializable(typeof(AdminEndpoint.ClockChange))]
internal sealed partial class AdminJson : JsonSerializerContext;
