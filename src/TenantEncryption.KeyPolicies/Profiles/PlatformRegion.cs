using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>A region that a platform serves.</summary>
public sealed record PlatformRegion
{
    /// <summary>The AWS region's code, such as <c>eu-west-1</c>.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Name { get; init; }

    /// <summary>What the platform calls it.</summary>
    public string? Title { get; init; }

    /// <summary>The region in which the key's replica must be; <see langword="null"/> where the platform has none for it.</summary>
    public string? Backup { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Backup is null ? Name : $"{Name} -> {Backup}";
}
