using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

/// <summary>A request, the policies it meets, and the decision that AWS documents for it.</summary>
/// <param name="Name">What is shown, as a sentence.</param>
/// <param name="Allowed">Whether it is allowed.</param>
/// <param name="By">The deciding statement: <c>key:Sid</c>, <c>identity:Sid</c>, <c>grant:id</c>, or <c>none</c>.</param>
internal sealed record AuthorizationCase(string Name, bool Allowed, string By)
{
    public required AccessRequest Request { get; init; }

    public required JObject KeyPolicy { get; init; }

    /// <summary><see langword="null"/> where the caller's identity policies can't be seen.</summary>
    public JObject[]? IdentityPolicies { get; init; } = [];

    public PolicyGrant[] Grants { get; init; } = [];

    public AccessDecision Decide() => PolicySimulator.Decide(Request, Policies);

    public Policies.KeyPolicies Policies => new()
    {
        KeyPolicy = PolicyDocument.Parse(KeyPolicy.ToString(), PolicyKind.KeyPolicy),
        IdentityPolicies = IdentityPolicies is null ? null : [.. IdentityPolicies.Select(policy => PolicyDocument.Parse(policy.ToString(), PolicyKind.IdentityPolicy, "inline"))],
        Grants = Grants,
    };

    public override string ToString() => Name;
}
