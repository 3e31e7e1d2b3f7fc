using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>
/// The rules of the platform on which a tenant's data lives. Where platforms differ, the difference is in this data and not in code.
/// A profile is a JSON file; <c>docs/platform-profile.schema.json</c> describes it.
/// </summary>
public sealed record PlatformProfile
{
    /// <summary>The key of the encryption-context pair that names the key-encryption key in every KMS call, on every platform.</summary>
    public const string KekContextKey = "KekId";

    /// <summary>The name by which tenants refer to it: 1 to 64 lower-case letters, digits and hyphens.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Name { get; init; }

    /// <summary>What the platform is, in a sentence.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string Description { get; init; }

    /// <summary>The AWS partitions whose keys it takes, such as <c>aws</c>.</summary>
    [JsonProperty(Required = Required.Always)]
    public required IReadOnlyList<string> Partitions { get; init; }

    /// <summary>The regions that it serves, with their backup regions; empty where any region will do.</summary>
    public IReadOnlyList<PlatformRegion> Regions { get; init; } = [];

    /// <summary>Whether a key must be a multi-Region key with a replica in the backup region of its own.</summary>
    public MultiRegionRule MultiRegion { get; init; }

    /// <summary>Whether KMS is called at FIPS endpoints unless an endpoint is given; <see langword="null"/> for them in AWS GovCloud (US) alone.</summary>
    public bool? FipsEndpoints { get; init; }

    /// <summary>The key of the encryption-context pair that names the tenant in every KMS call and message.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string ContextKey { get; init; }

    /// <summary>Whether the pair's value in KMS calls is one that the vendor makes, so that each provider needs its own.</summary>
    public bool ContextValueRequired { get; init; }

    /// <summary>What the platform calls its internal KMS; the name of every tenant's built-in provider.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string InternalProvider { get; init; }

    /// <summary>What event types begin with.</summary>
    [JsonProperty(Required = Required.Always)]
    public required string EventPrefix { get; init; }

    /// <summary>The forms of key identifier that it takes: <c>KeyArn</c>, <c>AliasArn</c>, <c>KeyId</c>, <c>AliasName</c>.</summary>
    [JsonProperty(Required = Required.Always)]
    public required IReadOnlyList<string> IdentifierForms { get; init; }

    /// <summary>How it has KMS make the share that seals a key-encryption key.</summary>
    public ShareOperation ShareOperation { get; init; }

    /// <summary>Whether a customer master key is a second layer over the internal KMS.</summary>
    public SecondLayerRule SecondLayer { get; init; }

    /// <summary>The statements that its key policy needs, in their order.</summary>
    public IReadOnlyList<PlatformStatement> Statements { get; init; } = [];

    /// <summary>What stands in the statements in double braces, such as <c>{{TenantIds}}</c>.</summary>
    public IReadOnlyList<PlatformPlaceholder> Placeholders { get; init; } = [];

    /// <summary>The grant that it needs beside its policy, or <see langword="null"/>.</summary>
    public PlatformGrant? Grant { get; init; }

    /// <summary>Which changes of a tenant's providers it allows.</summary>
    public PlatformLifecycle Lifecycle { get; init; } = new();

    /// <summary>Whether each end-user organisation must have a key of its own.</summary>
    public bool SeparateOrganizations { get; init; }

    /// <summary>Whether tenants can be children of another tenant, whose provider they inherit.</summary>
    public bool Children { get; init; }

    /// <summary>The editions of a tenant that exclude a customer master key, both ways.</summary>
    public IReadOnlyList<string> InternalOnlyEditions { get; init; } = [];

    /// <summary>What the vendor itself says for a code of ours; a failure that is not listed is its <c>UNKNOWN</c>.</summary>
    public IReadOnlyDictionary<string, string> VendorCodes { get; init; } = new Dictionary<string, string>();

    /// <summary>Facts worth knowing, with their source.</summary>
    public IReadOnlyList<PlatformNote> Notes { get; init; } = [];

    /// <summary>SHA-256 of the file that it was read from, in lower-case hexadecimal; <see langword="null"/> for a built-in one.</summary>
    [JsonIgnore]
    public string? FileHash { get; init; }

    /// <summary>The region of a name, or <see langword="null"/> where the platform does not list it.</summary>
    /// <param name="region">The AWS region.</param>
    /// <returns>The region.</returns>
    public PlatformRegion? FindRegion(string region) => Regions.FirstOrDefault(known => known.Name == region);

    /// <summary>Whether it serves a region; one that lists none serves all.</summary>
    /// <param name="region">The AWS region.</param>
    /// <returns>Whether it does.</returns>
    public bool Serves(string region) => Regions.Count == 0 || FindRegion(region) is not null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
