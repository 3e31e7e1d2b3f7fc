using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>A fact worth knowing.</summary>
public sealed record PlatformNote
{
    /// <summary>The fact.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Text { get; init; }

    /// <summary>Who says so.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Text} ({Source})";
}
