using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>When a provider can be removed.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ProviderRemoval
{
    /// <summary>When it is not Active.</summary>
    WhenInactive,

    /// <summary>Never.</summary>
    Never,

    /// <summary>With its tenant only.</summary>
    WithTenant,
}
