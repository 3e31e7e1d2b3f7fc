using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>What a statement of a platform's key policy is for.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum StatementPurpose
{
    /// <summary>The platform's access to the key; without it, the key does not work there.</summary>
    Access,

    /// <summary>The account's own administration of the key.</summary>
    Administration,
}
