using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Documents;

/// <summary>A key policy: one that a platform needs, the one that a key has, or the one that it would get.</summary>
public sealed record KeyPolicy
{
    /// <summary>The policy as JSON, or where only the platform's statements were asked for the one statement, or their list.</summary>
    public required string Json { get; init; }

    /// <summary>The platform that it is for.</summary>
    public required string Platform { get; init; }

    /// <summary>The key; <see langword="null"/> where there is none yet.</summary>
    public string? KeyArn { get; init; }

    /// <summary>The key's region.</summary>
    public string? Region { get; init; }

    /// <summary>The statements.</summary>
    public required IReadOnlyList<KeyPolicyStatement> Statements { get; init; }

    /// <summary>What differs from the key's live policy, where that was asked for.</summary>
    public IReadOnlyList<PolicyChange> Changes { get; init; } = [];

    /// <summary>What should be known before it is used, such as that several tenants share the key.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Json;

    internal static IReadOnlyList<KeyPolicyStatement> StatementsOf(string policy) => StatementsOf((JObject)PolicyJson.Parse(policy));

    internal static IReadOnlyList<KeyPolicyStatement> StatementsOf(JObject policy) => policy["Statement"] switch
    {
        // Arrays, as PowerShell can't index the lists that the compiler makes of collection expressions.
        JArray list => list.OfType<JObject>().Select(KeyPolicyStatement.Of).ToArray(),
        JObject single => new[] { KeyPolicyStatement.Of(single) },
        _ => Array.Empty<KeyPolicyStatement>(),
    };
}
