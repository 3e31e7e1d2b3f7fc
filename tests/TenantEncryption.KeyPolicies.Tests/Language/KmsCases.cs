using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Language;

/// <summary>What the AWS KMS Developer Guide says of key policies beyond the policy language.</summary>
internal static class KmsCases
{
    private const string PathRole = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";
    private const string PathSession = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane";
    private const string Federated = "arn:aws:sts::111122223333:federated-user/bob";
    private const string Government = "arn:aws-us-gov:iam::111122223333:role/app";
    private const string GovernmentKey = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private static readonly JObject Anything = Policy(Allow("Anything", null, "kms:*"));

    public static IEnumerable<AuthorizationCase> All() => [.. AcrossAccounts(), .. Sessions(), .. NotPrincipals(), .. Partitions(), .. Retiring(), .. Delegation(), .. Lists()];

    // key-policy-modifying-external-accounts: "Cross-account permission is effective only for the following operations".
    private static IEnumerable<AuthorizationCase> AcrossAccounts()
    {
        foreach (KmsAction action in KmsActions.All.Select(name => KmsActions.Find(name)!).Where(action => action.KeyPolicyAllows))
        {
            JObject both = Policy(Allow("Both", Who(Foreigner), "kms:*"));
            yield return (action.AcrossAccounts
                ? Case($"{action} by a role of another account that both sides allow", both, Ask(Foreigner, action.Name), "identity:Anything")
                : Case($"{action} by a role of another account has no effect", both, Ask(Foreigner, action.Name), "none")) with
            { IdentityPolicies = [Anything] };
        }

        JObject everyone = Policy(Allow("Everyone", "*", "kms:*"));
        yield return Case("The root of another account can't put a policy", everyone, Ask(ForeignRoot, "kms:PutKeyPolicy"), "none");
        yield return Case("The root of another account may describe the key", everyone, Ask(ForeignRoot, "kms:DescribeKey"), "key:Everyone");
        yield return Case("A Deny for another account stays a Deny where nothing could be allowed", Policy(Deny("Never", "*", "kms:PutKeyPolicy")), Ask(ForeignRoot, "kms:PutKeyPolicy"), "key:Never") with { Allowed = false };
        yield return Case("Whether the other account's identity policies can be seen or not, its principals can't tag the key", everyone, Ask(Foreigner, "kms:TagResource"), "none") with { IdentityPolicies = null };
        yield return Case("A principal of the key's own account may tag it", everyone, Ask(Alice, "kms:TagResource"), "key:Everyone");
        yield return Case("A service has no account, and may do what names it", Policy(Allow("It", new JObject { ["Service"] = Service }, "kms:PutKeyPolicy")), Ask(Service, "kms:PutKeyPolicy"), "key:It");
    }

    // IAM User Guide, "IAM identifiers": the ARN of a session has the role's name without its path.
    private static IEnumerable<AuthorizationCase> Sessions()
    {
        yield return Case("A session of a role with a path, by the role", Policy(Allow("Sso", Who(PathRole), "kms:*")), Ask(PathSession, "kms:Decrypt"), "key:Sso");
        yield return Case("A Deny for a role with a path is one for its sessions", Policy(Allow("Everyone", "*", "kms:*"), Deny("Sso", Who(PathRole), "kms:*")), Ask(PathSession, "kms:Decrypt"), "key:Sso") with { Allowed = false };
        yield return Case("A session of another role than the one with the path", Policy(Allow("Sso", Who(PathRole), "kms:*")), Ask(AppSession, "kms:Decrypt"), "none");
        yield return Case("A session of the same role name in another account", Policy(Allow("Sso", Who(PathRole), "kms:*")), Ask(PathSession.Replace("111122223333", OtherAccount, StringComparison.Ordinal), "kms:Decrypt"), "none");
        yield return Case("The role with the path itself", Policy(Allow("Sso", Who(PathRole), "kms:*")), Ask(PathRole, "kms:Decrypt"), "key:Sso");
        yield return Case("A user of the role's name and path is no session of it", Policy(Allow("Sso", Who(PathRole), "kms:*")), Ask(PathRole.Replace(":role/", ":user/", StringComparison.Ordinal), "kms:Decrypt"), "none");
        yield return Case("A role whose name only ends like the session's", Policy(Allow("Sso", Who("arn:aws:iam::111122223333:role/team/my-app"), "kms:*")), Ask(AppSession, "kms:Decrypt"), "none");
        yield return Case("NotPrincipal spares a session by its role with a path", Policy(Allow("Everyone", "*", "kms:*"), Not("Deny", PathSession, PathRole, Root)), Ask(PathSession, "kms:Decrypt"), "key:Everyone");
        yield return Case("A federated user is denied by a Deny for the account", Policy(Allow("Everyone", "*", "kms:*"), Deny("Account", Who(Root), "kms:*")), Ask(Federated, "kms:Decrypt"), "key:Account") with { Allowed = false };
        yield return new AuthorizationCase("A grant to a role with a path is one to its sessions", true, "grant:g")
        {
            KeyPolicy = Policy(Allow("Somebody", Who("arn:aws:iam::111122223333:user/somebody"), "kms:*")),
            Request = Ask(PathSession, "kms:Decrypt"),
            Grants = [new PolicyGrant { GrantId = "g", GranteePrincipal = PathRole, Operations = ["Decrypt"] }],
        };
    }

    // IAM User Guide, "NotPrincipal with Allow": "granted to all principals except for the ones specified".
    private static IEnumerable<AuthorizationCase> NotPrincipals()
    {
        yield return Case("Allow with NotPrincipal lets others in", Policy(Not("Allow", Alice)), Ask(AppRole, "kms:Decrypt"), "key:Not");
        yield return Case("Allow with NotPrincipal does not let in whom it names", Policy(Not("Allow", Alice)), Ask(Alice, "kms:Decrypt"), "none");
        yield return Case("Allow with NotPrincipal does not let in the sessions of a role that it names", Policy(Not("Allow", AppRole)), Ask(AppSession, "kms:Decrypt"), "none");
        yield return Case("Allow with NotPrincipal does not let in a session that it names", Policy(Not("Allow", AppSession)), Ask(AppSession, "kms:Decrypt"), "none");
        yield return Case("Allow with NotPrincipal lets in the other sessions of the role", Policy(Not("Allow", AppSession)), Ask("arn:aws:sts::111122223333:assumed-role/app/worker-2", "kms:Decrypt"), "key:Not");
        yield return Case("Allow with NotPrincipal does not let in an account that it names", Policy(Not("Allow", Root)), Ask(Alice, "kms:Decrypt"), "none");
        yield return Case("Allow with NotPrincipal names nobody else of another account", Policy(Not("Allow", Alice)), Ask(Foreigner, "kms:Decrypt"), "none");
        yield return Case("Deny with NotPrincipal spares a principal that is named by its unique id", Policy(Allow("Everyone", "*", "kms:*"), Not("Deny", "AROAEXAMPLEIDOFAROLE1", Root)), Ask(AppRole, "kms:Decrypt") with { Principal = PolicyPrincipal.Parse(AppRole, uniqueId: "AROAEXAMPLEIDOFAROLE1") }, "key:Everyone");
    }

    private static IEnumerable<AuthorizationCase> Partitions()
    {
        AccessRequest Gov(string principal) => Ask(principal, "kms:Decrypt") with { Resource = GovernmentKey };
        yield return Case("A role of AWS GovCloud (US)", Policy(Allow("It", Who(Government), "kms:*")), Gov(Government), "key:It");
        yield return Case("The role of the same name in the standard partition is another", Policy(Allow("It", Who(Government), "kms:*")), Gov(AppRole), "none");
        yield return Case("The root of an account of AWS GovCloud (US), by its digits", Policy(Allow("It", Who("arn:aws-us-gov:iam::111122223333:root"), "kms:*")), Gov(Account) with { Principal = PolicyPrincipal.Parse(Account, partition: "aws-us-gov") }, "key:It");
    }

    // "The kms:RetireGrant permission is not effective in a key policy."
    private static IEnumerable<AuthorizationCase> Retiring()
    {
        yield return Case("A key policy does not allow kms:RetireGrant", Policy(Allow("It", Who(Alice), "kms:*")), Ask(Alice, "kms:RetireGrant"), "none");
        yield return Case("A key policy denies kms:RetireGrant", Policy(Deny("Never", Who(Alice), "kms:RetireGrant")), Ask(Alice, "kms:RetireGrant"), "key:Never") with { Allowed = false, IdentityPolicies = [Anything] };
        yield return Case("Another account's identity policy does not allow kms:RetireGrant", Policy(Allow("It", Who(Foreigner), "kms:*")), Ask(Foreigner, "kms:RetireGrant"), "none") with { IdentityPolicies = [Anything] };
    }

    private static IEnumerable<AuthorizationCase> Delegation()
    {
        JObject root = Policy(Allow("Root", Who(Root), "kms:*"));
        yield return Case("The root statement alone does not let a user in", root, Ask(Alice, "kms:Decrypt"), "none");
        yield return Case("The root statement and an identity policy", root, Ask(AppSession, "kms:Decrypt"), "identity:Anything") with { IdentityPolicies = [Anything] };
        yield return Case("The root user by the root statement", root, Ask(Root, "kms:Decrypt"), "key:Root");
        yield return Case("An identity policy for another key", root, Ask(Alice, "kms:Decrypt"), "none") with { IdentityPolicies = [Policy(Allow("Other", null, "kms:*", resource: OtherKey))] };
        yield return Case("An identity policy's Deny wins over a key policy that names the user", Policy(Allow("It", Who(Alice), "kms:*")), Ask(Alice, "kms:Decrypt"), "identity:Never") with { Allowed = false, IdentityPolicies = [Policy(Deny("Never", null, "kms:Decrypt"))] };
        yield return Case("An identity policy without the root statement", Policy(Allow("It", Who(AppRole), "kms:*")), Ask(Alice, "kms:Decrypt"), "none") with { IdentityPolicies = [Anything] };
    }

    // "kms:GrantOperations … you must provide a ForAnyValue or ForAllValues set operator."
    private static IEnumerable<AuthorizationCase> Lists()
    {
        AccessRequest Grant(params string[] operations) => Ask(Alice, "kms:CreateGrant").With("kms:GrantOperations", operations);
        JObject only = Policy(Allow("Only", Who(Alice), "kms:CreateGrant", Condition("ForAllValues:StringEquals", "kms:GrantOperations", "Encrypt", "ReEncryptTo")));
        JObject some = Policy(Allow("Some", Who(Alice), "kms:CreateGrant", Condition("ForAnyValue:StringEquals", "kms:GrantOperations", "Encrypt", "ReEncryptTo")));
        yield return Case("A grant of no other operations", only, Grant("Encrypt", "ReEncryptTo"), "key:Only");
        yield return Case("A grant of one operation too many", only, Grant("Encrypt", "Decrypt"), "none");
        yield return Case("A grant of one of the operations, and others", some, Grant("Encrypt", "Decrypt"), "key:Some");
        yield return Case("A grant of none of the operations", some, Grant("Decrypt"), "none");
        JObject aliased = Policy(Allow("Alias", Who(Alice), "kms:EnableKey", Condition("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/*Test*")));
        yield return Case("A key with an alias that fits", aliased, Ask(Alice, "kms:EnableKey").With("kms:ResourceAliases", "alias/prod", "alias/myTest"), "key:Alias");
        yield return Case("A key without an alias", aliased, Ask(Alice, "kms:EnableKey"), "none");
    }

    private static AuthorizationCase Case(string name, JObject policy, AccessRequest request, string by) =>
        new(name, Allowed: by != "none", by) { KeyPolicy = policy, Request = request };

    private static JObject Not(string effect, params string[] names) =>
        new() { ["Sid"] = "Not", ["Effect"] = effect, ["NotPrincipal"] = Who(names), ["Action"] = "kms:*", ["Resource"] = "*" };
}
