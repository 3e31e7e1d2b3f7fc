using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

/// <summary>An allowed case with one element of what allows it broken: then nothing must allow it any more.</summary>
internal static class BrokenCase
{
    public static string Decider(AccessDecision decision) => decision switch
    {
        { Grant: { } grant } => "grant:" + grant.GrantId,
        { IdentityPolicyStatement: { } statement } => "identity:" + statement.Sid,
        { Reason: AccessReason.KeyPolicySilent or AccessReason.IdentityPolicySilent or AccessReason.NotAcrossAccounts } => "none",
        _ => "key:" + decision.KeyPolicyStatement!.Sid,
    };

    public static IEnumerable<string> ElementsOf(AuthorizationCase allowed) => allowed.By.Split(':')[0] switch
    {
        "grant" => ["grantee", "operation", "constraint"],
        "identity" => ["identity effect", "identity action", "identity resource", "identity condition", "effect", "principal", "action", "resource", "condition"],
        _ => ["effect", "principal", "action", "resource", "condition"],
    };

    public static AuthorizationCase Break(AuthorizationCase allowed, string element) => element switch
    {
        "grantee" => BreakGrant(allowed, grant => grant with { GranteePrincipal = "arn:aws:iam::111122223333:user/nobody" }),
        "operation" => BreakGrant(allowed, grant => grant with { Operations = ["Verify"] }),
        "constraint" => BreakConstraint(allowed),
        _ when element.StartsWith("identity ", StringComparison.Ordinal) => allowed with
        {
            IdentityPolicies = [.. allowed.IdentityPolicies!.Select(policy => BreakPolicy(policy, element["identity ".Length..]))],
        },
        _ => allowed with { KeyPolicy = BreakPolicy(allowed.KeyPolicy, element) },
    };

    private static AuthorizationCase BreakGrant(AuthorizationCase allowed, Func<PolicyGrant, PolicyGrant> change) =>
        allowed with { Grants = [.. allowed.Grants.Select(change)] };

    // DescribeKey and RetireGrant are not bound by these constraints, so what is broken there is the operation once more.
    private static AuthorizationCase BreakConstraint(AuthorizationCase allowed) => allowed.Request.Action is "kms:DescribeKey" or "kms:RetireGrant"
        ? Break(allowed, "operation")
        : BreakGrant(allowed, grant => grant with { EncryptionContextSubset = null, EncryptionContextEquals = new Dictionary<string, string> { ["No"] = "such" } });

    /// <summary>Breaks the element in every Allow of a policy: another one must not step in.</summary>
    private static JObject BreakPolicy(JObject policy, string element)
    {
        var copy = (JObject)policy.DeepClone();
        foreach (JObject statement in copy["Statement"]!.Cast<JObject>().Where(statement => (string)statement["Effect"]! == "Allow"))
        {
            switch (element)
            {
                case "effect":
                    statement["Effect"] = "Deny";
                    break;
                case "principal":
                    statement.Remove("NotPrincipal");
                    statement["Principal"] = Build.Who("arn:aws:iam::111122223333:user/nobody");
                    break;
                case "action":
                    statement.Remove("NotAction");
                    statement["Action"] = "kms:VerifyMac";
                    break;
                case "resource":
                    statement["Resource"] = Build.OtherKey;
                    break;
                default:
                    statement["Condition"] = new JObject { ["StringEquals"] = new JObject { ["aws:userid"] = "nobody" } };
                    break;
            }
        }

        return copy;
    }
}
