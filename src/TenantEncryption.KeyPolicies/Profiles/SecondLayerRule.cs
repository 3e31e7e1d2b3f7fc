using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>Whether a customer master key can be, or is, a second layer over the internal KMS.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum SecondLayerRule
{
    /// <summary>As the administrator wants it.</summary>
    Optional,

    /// <summary>The platform has no such thing.</summary>
    Never,

    /// <summary>The platform has nothing else.</summary>
    Always,
}
