using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>Something that has to be filled in before a platform's statements are a policy.</summary>
public sealed record PlatformPlaceholder
{
    /// <summary>The name, which stands in the statements in double braces.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Name { get; init; }

    /// <summary>What it is and where the administrator finds it.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Description { get; init; }

    /// <summary>Where its value comes from when nobody gives one.</summary>
    public PlaceholderSource Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
