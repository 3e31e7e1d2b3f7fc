using System.Text.Json.Serialization;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>The serializer of what a session token seals.</summary>
[JsonSerializable(typeof(SessionToken))]
internal sealed partial class SessionTokenJson : JsonSerializerContext;
