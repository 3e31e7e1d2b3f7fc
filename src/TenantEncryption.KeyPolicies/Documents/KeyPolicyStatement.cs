using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Documents;

/// <summary>A statement of a key policy, for people to look at.</summary>
public sealed record KeyPolicyStatement
{
    /// <summary>The identifier, or <see langword="null"/>.</summary>
    public string? Sid { get; init; }

    /// <summary><c>Allow</c> or <c>Deny</c>.</summary>
    public string? Effect { get; init; }

    /// <summary>Whom it names.</summary>
    public IReadOnlyList<string> Principal { get; init; } = [];

    /// <summary>What it allows or denies.</summary>
    public IReadOnlyList<string> Action { get; init; } = [];

    /// <summary>Its conditions, one text each: operator, condition key and values.</summary>
    public IReadOnlyList<string> Condition { get; init; } = [];

    /// <summary>The statement itself.</summary>
    public required string Json { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Sid ?? Effect ?? "";

    internal static KeyPolicyStatement Of(JObject statement) => new()
    {
        Sid = (string?)statement[nameof(Sid)],
        Effect = (string?)statement[nameof(Effect)],
        Principal = Texts(statement[nameof(Principal)] ?? statement["NotPrincipal"]).ToArray(),
        Action = Texts(statement[nameof(Action)] ?? statement["NotAction"]).ToArray(),
        Condition = Conditions(statement[nameof(Condition)]).ToArray(),
        Json = PolicyWriter.Write(statement),
    };

    private static IEnumerable<string> Conditions(JToken? json) => json is JObject operators
        ? operators.Properties().SelectMany(entry => entry.Value is JObject keys
            ? keys.Properties().Select(key => $"{entry.Name} {key.Name} = {string.Join(", ", Texts(key.Value))}")
            : [])
        : [];

    private static IEnumerable<string> Texts(JToken? json) => json switch
    {
        null => [],
        JObject kinds => kinds.Properties().SelectMany(kind => Texts(kind.Value)),
        JArray list => list.SelectMany(Texts),
        JValue { Type: JTokenType.String } text => [(string)text!],
        _ => [json.ToString(Formatting.None)],
    };
}
