using Newtonsoft.Json;

namespace TenantEncryption.Policies;

/// <summary>What a policy statement does when it applies.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum PolicyEffect
{
    /// <summary>It allows the request, unless a Deny applies.</summary>
    Allow,

    /// <summary>It refuses the request, whatever else allows it.</summary>
    Deny,
}
