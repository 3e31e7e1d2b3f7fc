using Newtonsoft.Json;

namespace TenantEncryption.Policies.Findings;

/// <summary>What becomes of a request.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum AccessVerdict
{
    /// <summary>It is refused.</summary>
    Denied,

    /// <summary>It is allowed.</summary>
    Allowed,
}
