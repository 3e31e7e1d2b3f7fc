using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>The grant that a platform uses a key by.</summary>
public sealed record PlatformGrant
{
    /// <summary>The operations in KMS's words, such as <c>Decrypt</c>.</summary>
    [JsonProperty(Required = Required.Always)]
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>Whether the grantee shall be able to give the grant back.</summary>
    public bool RetiringPrincipal { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Operations);
}
