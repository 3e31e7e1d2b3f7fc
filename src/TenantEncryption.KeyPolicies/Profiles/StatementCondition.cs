using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>When a platform's key policy needs a statement.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum StatementCondition
{
    /// <summary>Always.</summary>
    Always,

    /// <summary>When the key is a multi-Region key.</summary>
    MultiRegion,
}
