using Newtonsoft.Json;

namespace TenantEncryption.Policies.Findings;

/// <summary>How much a finding matters.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>The platform works, but the policy allows more than it should, or can't be judged in full.</summary>
    Warning,

    /// <summary>KMS refuses the policy, the platform does not work with it, or it does not keep tenants apart.</summary>
    Error,
}
