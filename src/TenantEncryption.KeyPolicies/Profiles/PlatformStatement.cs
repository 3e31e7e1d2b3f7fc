using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Platforms;

/// <summary>A statement that a platform's key policy needs.</summary>
public sealed record PlatformStatement
{
    /// <summary>What it is for.</summary>
    public StatementPurpose Purpose { get; init; }

    /// <summary>When the policy needs it.</summary>
    public StatementCondition When { get; init; }

    /// <summary>
    /// Why a policy should have the statement although the vendor's printed text lacks it: a policy without it is a warning with these words.
    /// <see langword="null"/> for a statement without which the key does not work there.
    /// </summary>
    public string? Advice { get; init; }

    /// <summary>The statement as it stands in a policy, with placeholders.</summary>
    [JsonProperty(Required = Required.Always)]
    public required JObject Statement { get; init; }

    /// <summary>The statement's Sid, with placeholders.</summary>
    [JsonIgnore]
    public string? Sid => (string?)Statement[nameof(Sid)];

    /// <inheritdoc/>
    public override string ToString() => Sid ?? Purpose.ToString();
}
