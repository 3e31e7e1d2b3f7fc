using System.Text.Json.Serialization;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>One change of the state: a key or an alias put in the place of what was there, or taken away.</summary>
internal sealed record Change
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KmsKey? PutKey { get; init; }

    /// <summary>The ARN of the key to forget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DropKey { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyAlias? PutAlias { get; init; }

    /// <summary>The ARN of the alias to forget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DropAlias { get; init; }
}
