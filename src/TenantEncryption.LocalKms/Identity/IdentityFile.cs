using System.Text.Json;

namespace TenantEncryption.LocalKms.Identity;

/// <summary>The JSON form of principals, for the identity file and the admin API: <c>{"principals": […]}</c>, in camel case.</summary>
internal sealed record IdentityFile
{
    public required Entry[] Principals { get; init; }

    /// <exception cref="JsonException">It is not of this form, or has a member that is not known.</exception>
    public static IReadOnlyList<Principal> Parse(ReadOnlySpan<byte> json) =>
        [.. JsonSerializer.Deserialize(json, IdentityJson.Default.IdentityFile)!.Principals.Select(entry => entry.ToPrincipal())];

    /// <summary>
    /// A principal. Policies are documents here, not text. Members with a default have a setter: the generated serializer would
    /// give init-only ones null where the JSON lacks them.
    /// </summary>
    internal sealed record Entry
    {
        public required string Arn { get; init; }

        public string? UniqueId { get; init; }

        public AccessKey[] AccessKeys { get; set; } = [];

        public Dictionary<string, JsonElement> Policies { get; set; } = [];

        public JsonElement? TrustPolicy { get; init; }

        public Dictionary<string, string> Tags { get; set; } = [];

        public Dictionary<string, string> Context { get; set; } = [];

        public Principal ToPrincipal() => new()
        {
            Arn = Arn,
            UniqueId = UniqueId,
            AccessKeys = AccessKeys,
            Policies = Policies.ToDictionary(policy => policy.Key, policy => policy.Value.GetRawText()),
            TrustPolicy = TrustPolicy?.GetRawText(),
            Tags = Tags,
            Context = Context,
        };
    }
}
