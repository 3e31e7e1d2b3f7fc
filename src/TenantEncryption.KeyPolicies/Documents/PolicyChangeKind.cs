using Newtonsoft.Json;

namespace TenantEncryption.Policies.Merging;

/// <summary>How a merge changes a statement of a policy.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum PolicyChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It was there and becomes what the platform needs.</summary>
    Updated,
}
