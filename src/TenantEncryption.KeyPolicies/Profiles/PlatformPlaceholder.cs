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

    /// <summary>What stands there when a <see cref="PlaceholderSource.Choice"/> is yes; empty for every other source.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What the vendor's text says of a choice: where nobody chose and the policy lacks it, a warning with these words.</summary>
    public string? Advice { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
