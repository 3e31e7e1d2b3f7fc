using System.Collections.Immutable;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>Asks the policy simulator whether a call is allowed, with the policy and grants that are in force now.</summary>
internal static class KeyAuthorizer
{
    private const string ForeignReason =
        "because the resource does not exist in this Region, no resource-based policies allow access, "
        + "or a resource-based policy explicitly denies access";

    /// <summary>Whether the caller may do an action with a key.</summary>
    public static AccessDecision Decide(
        OperationCall call,
        KmsKey key,
        string action,
        IReadOnlyDictionary<string, string> encryptionContext,
        PolicyGrant? newGrant = null) =>
        PolicySimulator.Decide(Request(call, key, action, encryptionContext, newGrant), Policies(call, key));

    /// <summary>The request as the policy simulator takes it.</summary>
    public static AccessRequest Request(
        OperationCall call,
        KmsKey key,
        string action,
        IReadOnlyDictionary<string, string> encryptionContext,
        PolicyGrant? newGrant) => new()
        {
            Principal = call.Caller.Principal,
            Action = action,
            Resource = key.Arn,
            Context = KeyConditions.Add(call, key, action, encryptionContext),
            EncryptionContext = encryptionContext,
            NewGrant = newGrant,
        };

    public static KeyPolicies Policies(OperationCall call, KmsKey key) => new()
    {
        KeyPolicy = key.EffectivePolicy(call.Now).Document,
        IdentityPolicies = call.Caller.Policies,
        Grants = GrantsInForce(call, key.Arn),
    };

    /// <summary>The refusal of a decision, in AWS's words.</summary>
    public static KmsError Refusal(OperationCall call, AccessDecision decision, string action, string resource, string? resourceAccount)
    {
        string why = decision.Reason switch
        {
            AccessReason.KeyPolicyDenies when call.Caller.Account == resourceAccount => "with an explicit deny in a resource-based policy",
            AccessReason.IdentityPolicyDenies => "with an explicit deny in an identity-based policy",
            AccessReason.IdentityPolicySilent => $"because no identity-based policy allows the {action} action",
            AccessReason.KeyPolicySilent when call.Caller.Account == resourceAccount =>
                $"because no resource-based policy allows the {action} action",
            _ => ForeignReason,
        };
        return NotAuthorized(call, action, resource, why);
    }

    /// <summary>The refusal for a key of another account that the caller can't see: whether there is one is not told.</summary>
    public static KmsError ForeignKeyRefusal(OperationCall call, string action, string resource) =>
        NotAuthorized(call, action, resource, ForeignReason);

    private static KmsError NotAuthorized(OperationCall call, string action, string resource, string why) =>
        KmsErrors.AccessDenied($"User: {call.Caller.Arn} is not authorized to perform: {action} on resource: {resource} {why}");

    private static IReadOnlyList<PolicyGrant> GrantsInForce(OperationCall call, string keyArn)
    {
        ImmutableList<KeyGrant> grants = call.State.GrantsOn(keyArn);
        if (grants.Count == 0)
        {
            return [];
        }

        HashSet<string> tokens = call.GrantsByToken();
        return
        [
            .. grants.Where(grant => (grant.EffectiveAt <= call.Now || tokens.Contains(grant.GrantId)) && !(grant.EndsAt <= call.Now))
                .Select(grant => grant.Rule),
        ];
    }
}
