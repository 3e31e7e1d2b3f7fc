using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Language;

/// <summary>Every element of the policy language.</summary>
internal static class LanguageCases
{
    private static readonly JObject Anything = Policy(Allow("Anything", null, "*"));

    public static IEnumerable<AuthorizationCase> All() =>
        [.. Principals(), .. Accounts(), .. ActionsAndResources(), .. Strings(), .. OtherTypes(), .. Sets(), .. Variables(), .. Grants()];

    private static IEnumerable<AuthorizationCase> Principals()
    {
        yield return Yes("A user who is named", Who(Alice), Ask(Alice, "kms:Decrypt"));
        yield return No("A user of another name", Who(Alice), Ask("arn:aws:iam::111122223333:user/alicia", "kms:Decrypt"));
        yield return No("A user of the same name below a path", Who(Alice), Ask("arn:aws:iam::111122223333:user/ops/alice", "kms:Decrypt"));
        yield return Yes("A session of a role that is named", Who(AppRole), Ask(AppSession, "kms:Decrypt"));
        yield return Yes("A session of a role with a path", Who("arn:aws:iam::111122223333:role/team/app"), Ask(AppSession, "kms:Decrypt") with { Principal = PolicyPrincipal.Parse(AppSession, "arn:aws:iam::111122223333:role/team/app") });
        yield return No("The role of the same name without the path", Who(AppRole), Ask(AppSession, "kms:Decrypt") with { Principal = PolicyPrincipal.Parse(AppSession, "arn:aws:iam::111122223333:role/team/app") });
        yield return Yes("A session that is named", Who(AppSession), Ask(AppSession, "kms:Decrypt"));
        yield return No("Another session than the one that is named", Who(AppSession), Ask("arn:aws:sts::111122223333:assumed-role/app/worker-2", "kms:Decrypt"));
        yield return Yes("A federated user", Who("arn:aws:sts::111122223333:federated-user/bob"), Ask("arn:aws:sts::111122223333:federated-user/bob", "kms:Decrypt"));
        yield return Yes("A principal by its unique id", Who("AROAEXAMPLEIDOFAROLE1"), Ask(AppRole, "kms:Decrypt") with { Principal = PolicyPrincipal.Parse(AppRole, uniqueId: "AROAEXAMPLEIDOFAROLE1") });
        yield return Yes("Everyone, within the account", "*", Ask(Alice, "kms:Decrypt"));
        yield return Yes("Everyone as an AWS principal", Who("*"), Ask(Alice, "kms:Decrypt"));
        yield return Yes("A service that is named", new JObject { ["Service"] = Service }, Ask(Service, "kms:Decrypt"));
        yield return No("Another service than the one that is named", new JObject { ["Service"] = Service }, Ask("s3.amazonaws.com", "kms:Decrypt"));
        yield return Yes("One of many principals", Who(Alice, AppRole, Foreigner), Ask(AppSession, "kms:Decrypt"));
        yield return Denied("NotPrincipal denies everyone who is not listed", NotPrincipal(Root, AppRole, AppSession), Ask(Alice, "kms:Decrypt"), "Not");
        yield return Plain("NotPrincipal spares a session with its role and account", Policy(Allow("Everyone", "*", "kms:*"), NotPrincipal(Root, AppRole, AppSession)), Ask(AppSession, "kms:Decrypt"), "key:Everyone");
        yield return Denied("NotPrincipal without the account does not spare the session", NotPrincipal(AppRole, AppSession), Ask(AppSession, "kms:Decrypt"), "Not");
        yield return Denied("A Deny for the account is one for everyone in it", Deny("Account", Who(Account), "kms:Decrypt"), Ask(Alice, "kms:Decrypt"), "Account");
        yield return Denied("A Deny for a role is one for its sessions", Deny("Role", Who(AppRole), "kms:*"), Ask(AppSession, "kms:Decrypt"), "Role");
        yield return Plain("A Deny for one session spares the others", Policy(Allow("Everyone", "*", "kms:*"), Deny("Session", Who("arn:aws:sts::111122223333:assumed-role/app/worker-2"), "kms:*")), Ask(AppSession, "kms:Decrypt"), "key:Everyone");
    }

    private static IEnumerable<AuthorizationCase> Accounts()
    {
        yield return Yes("The root by the account's digits", Who(Account), Ask(Root, "kms:Decrypt"));
        yield return No("A user by the account's digits, without an identity policy", Who(Account), Ask(Alice, "kms:Decrypt"));
        yield return Plain("A user by the account's digits, with an identity policy", Policy(Allow("It", Who(Account), "kms:Decrypt")), Ask(Alice, "kms:Decrypt"), "identity:Anything") with { IdentityPolicies = [Anything] };
        yield return Plain("A role of another account that both sides allow", Policy(Allow("It", Who(Foreigner), "kms:Decrypt")), Ask(Foreigner, "kms:Decrypt"), "identity:Anything") with { IdentityPolicies = [Anything] };
        yield return No("A role of another account that its own account does not allow", Who(Foreigner), Ask(Foreigner, "kms:Decrypt"));
        yield return Plain("A role of another account that is let in as a whole", Policy(Allow("It", Who(ForeignRoot), "kms:Decrypt")), Ask(Foreigner, "kms:Decrypt"), "identity:Anything") with { IdentityPolicies = [Anything] };
        yield return Yes("The root of another account that is let in", Who(OtherAccount), Ask(ForeignRoot, "kms:Decrypt"));
        yield return No("Everyone is not enough for another account's user", "*", Ask(Foreigner, "kms:Decrypt"));
        yield return Plain("Everyone, and an identity policy of the other account", Policy(Allow("It", "*", "kms:Decrypt")), Ask(Foreigner, "kms:Decrypt"), "identity:Anything") with { IdentityPolicies = [Anything] };
        yield return No("The key policy does not name the other account, though its identity policy allows", Who(Alice), Ask(Foreigner, "kms:Decrypt")) with { IdentityPolicies = [Anything] };
    }

    private static IEnumerable<AuthorizationCase> ActionsAndResources()
    {
        yield return Yes("An action in another case", Who(Alice), Ask(Alice, "kms:Decrypt"), action: "KMS:decrypt");
        yield return Yes("A question mark in an action", Who(Alice), Ask(Alice, "kms:Decrypt"), action: "kms:?ecrypt");
        yield return Yes("A star in the middle of an action", Who(Alice), Ask(Alice, "kms:GenerateDataKeyWithoutPlaintext"), action: "kms:Generate*Plaintext");
        yield return No("ReEncryptFrom is not ReEncryptTo", Who(Alice), Ask(Alice, "kms:ReEncryptTo"), action: "kms:ReEncryptFrom");
        yield return Yes("ReEncrypt* is both", Who(Alice), Ask(Alice, "kms:ReEncryptTo"), action: "kms:ReEncrypt*");
        yield return No("Another service's actions", Who(Alice), Ask(Alice, "kms:Decrypt"), action: "s3:*");
        yield return Plain("NotAction allows what it does not list", Policy(NotAction("Allow", "kms:ScheduleKeyDeletion")), Ask(Alice, "kms:Decrypt"), "key:NotAction");
        yield return Plain("NotAction does not allow what it lists", Policy(NotAction("Allow", "kms:ScheduleKeyDeletion")), Ask(Alice, "kms:ScheduleKeyDeletion"), "none");
        yield return Yes("The key's ARN as the resource", Who(Alice), Ask(Alice, "kms:Decrypt"), resource: Key);
        yield return Yes("A pattern over the key's ARN", Who(Alice), Ask(Alice, "kms:Decrypt"), resource: "arn:aws:kms:*:111122223333:key/*");
        yield return No("Another key's ARN", Who(Alice), Ask(Alice, "kms:Decrypt"), resource: OtherKey);
        yield return No("A pattern for aliases is none for keys", Who(Alice), Ask(Alice, "kms:Decrypt"), resource: "arn:aws:kms:*:*:alias/*");
        yield return No("The key's ARN in capitals", Who(Alice), Ask(Alice, "kms:Decrypt"), resource: Key.ToUpperInvariant());
        yield return Denied("A Deny that stands before the Allow", Deny("First", Who(Alice), "kms:Dec*"), Ask(Alice, "kms:Decrypt"), "First");
        yield return Plain("A Deny of another action", Policy(Allow("Everyone", "*", "kms:*"), Deny("Encrypt", Who(Alice), "kms:Encrypt")), Ask(Alice, "kms:Decrypt"), "key:Everyone");
    }

    private static IEnumerable<AuthorizationCase> Strings()
    {
        AccessRequest Tenant(string value) => Ask(Alice, "kms:Decrypt", ("TenantId", value));
        yield return Yes("StringEquals", Condition("StringEquals", "kms:EncryptionContext:TenantId", "a"), Tenant("a"));
        yield return No("StringEquals takes no wildcards", Condition("StringEquals", "kms:EncryptionContext:TenantId", "*"), Tenant("a"));
        yield return Yes("StringEqualsIgnoreCase", Condition("StringEqualsIgnoreCase", "kms:EncryptionContext:TenantId", "ACME"), Tenant("acme"));
        yield return Yes("StringLike with a star", Condition("StringLike", "kms:EncryptionContext:TenantId", "acme-*"), Tenant("acme-eu"));
        yield return No("StringLike compares with case", Condition("StringLike", "kms:EncryptionContext:TenantId", "acme-*"), Tenant("Acme-eu"));
        yield return No("StringLike must cover all of the value", Condition("StringLike", "kms:EncryptionContext:TenantId", "acme"), Tenant("acme-eu"));
        yield return Yes("StringNotEquals with another value", Condition("StringNotEquals", "kms:EncryptionContext:TenantId", "a", "b"), Tenant("c"));
        yield return No("StringNotEquals with one of the values", Condition("StringNotEquals", "kms:EncryptionContext:TenantId", "a", "b"), Tenant("b"));
        yield return Yes("StringNotEquals without the key is met", Condition("StringNotEquals", "kms:EncryptionContext:TenantId", "a"), Ask(Alice, "kms:Decrypt"));
        yield return No("StringNotLike", Condition("StringNotLike", "kms:EncryptionContext:TenantId", "a*"), Tenant("ab"));
        yield return Yes("StringEqualsIfExists without the key is met", Condition("StringEqualsIfExists", "kms:ViaService", "s3.eu-west-1.amazonaws.com"), Ask(Alice, "kms:Decrypt"));
        yield return No("StringEqualsIfExists with another value", Condition("StringEqualsIfExists", "kms:ViaService", "s3.eu-west-1.amazonaws.com"), Ask(Alice, "kms:Decrypt").With("kms:ViaService", "rds.eu-west-1.amazonaws.com"));
        yield return Yes("A condition key in another case", Condition("StringEquals", "KMS:encryptioncontext:TENANTID", "a"), Tenant("a"));
        yield return No("Two conditions of which one fails", new JObject { ["StringEquals"] = new JObject { ["kms:EncryptionContext:TenantId"] = "a", ["kms:ViaService"] = "x" } }, Tenant("a"));
        yield return Yes("Two conditions that both hold", new JObject { ["StringEquals"] = new JObject { ["kms:EncryptionContext:TenantId"] = "a" }, ["StringLike"] = new JObject { ["kms:EncryptionContext:Purpose"] = "b*" } }, Ask(Alice, "kms:Decrypt", ("TenantId", "a"), ("Purpose", "backup")));
        yield return No("Two pairs whose names differ by case must both fit", Condition("StringEquals", "kms:EncryptionContext:TenantId", "a"), Ask(Alice, "kms:Decrypt", ("TenantId", "a"), ("tenantid", "b")));
        yield return Denied("A Deny with a condition that holds", Deny("Cond", Who(Alice), "kms:*", Condition("StringEquals", "kms:EncryptionContext:TenantId", "a")), Tenant("a"), "Cond");
        yield return Plain("A Deny with a condition that does not hold", Policy(Allow("Everyone", "*", "kms:*"), Deny("Cond", Who(Alice), "kms:*", Condition("StringEquals", "kms:EncryptionContext:TenantId", "a"))), Tenant("b"), "key:Everyone");
    }

    private static IEnumerable<AuthorizationCase> OtherTypes()
    {
        AccessRequest Call() => Ask(Alice, "kms:Decrypt");
        yield return Yes("Bool", Condition("Bool", "kms:MultiRegion", true), Call().With("kms:MultiRegion", "true"));
        yield return No("Bool with the other value", Condition("Bool", "kms:MultiRegion", true), Call().With("kms:MultiRegion", "false"));
        yield return No("Bool without the key", Condition("Bool", "kms:MultiRegion", "false"), Call());
        yield return Yes("Null true asks for the key's absence", Condition("Null", "kms:ViaService", true), Call());
        yield return No("Null true with the key there", Condition("Null", "kms:ViaService", true), Call().With("kms:ViaService", "s3.eu-west-1.amazonaws.com"));
        yield return Yes("Null false asks for the key's presence", Condition("Null", "kms:EncryptionContext:TenantId", false), Ask(Alice, "kms:Decrypt", ("TenantId", "any")));
        yield return No("Null false without the key", Condition("Null", "kms:EncryptionContext:TenantId", false), Call());
        yield return Yes("ArnLike by parts", Condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app*"), Call().With("aws:PrincipalArn", AppRole));
        yield return No("A star of ArnLike does not cross a colon", Condition("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/app"), Call().With("aws:PrincipalArn", AppRole));
        yield return Yes("ArnEquals takes wildcards as ArnLike does", Condition("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"), Call().With("aws:PrincipalArn", AppRole));
        yield return No("ArnNotLike", Condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"), Call().With("aws:PrincipalArn", AppRole));
        yield return Yes("IpAddress in a range", Condition("IpAddress", "aws:SourceIp", "10.1.0.0/16"), Call().With("aws:SourceIp", "10.1.200.3"));
        yield return No("IpAddress beyond the range", Condition("IpAddress", "aws:SourceIp", "10.1.0.0/17"), Call().With("aws:SourceIp", "10.1.200.3"));
        yield return Yes("IpAddress of version 6", Condition("IpAddress", "aws:SourceIp", "2001:db8::/33"), Call().With("aws:SourceIp", "2001:db8:7fff::1"));
        yield return No("NotIpAddress within the range", Condition("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"), Call().With("aws:SourceIp", "10.1.2.3"));
        yield return No("An address of version 4 is in no range of version 6", Condition("IpAddress", "aws:SourceIp", "::/0"), Call().With("aws:SourceIp", "10.1.2.3"));
        yield return Yes("DateLessThan before the date", Condition("DateLessThan", "aws:CurrentTime", "2026-12-31T00:00:00Z"), Call().With("aws:CurrentTime", "2026-11-22T03:00:00Z"));
        yield return No("DateLessThan after the date", Condition("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"), Call().With("aws:CurrentTime", "2026-11-22T03:00:00Z"));
        yield return Yes("DateGreaterThan in seconds since 1970", Condition("DateGreaterThan", "aws:CurrentTime", 1767225600), Call().With("aws:CurrentTime", "2026-11-22T03:00:00Z"));
        yield return Yes("DateGreaterThanEquals at the instant, in another zone", Condition("DateGreaterThanEquals", "aws:CurrentTime", "2026-11-22T04:00:00+01:00"), Call().With("aws:CurrentTime", "2026-11-22T03:00:00Z"));
        yield return Yes("NumericLessThanEquals", Condition("NumericLessThanEquals", "kms:ScheduleKeyDeletionPendingWindowInDays", 7), Call().With("kms:ScheduleKeyDeletionPendingWindowInDays", "7"));
        yield return No("NumericGreaterThan", Condition("NumericGreaterThan", "kms:ScheduleKeyDeletionPendingWindowInDays", 7), Call().With("kms:ScheduleKeyDeletionPendingWindowInDays", "7"));
        yield return No("Numbers are compared as numbers, not as text", Condition("NumericLessThan", "kms:ScheduleKeyDeletionPendingWindowInDays", 7), Call().With("kms:ScheduleKeyDeletionPendingWindowInDays", "30"));
        yield return Yes("aws:SourceAccount of a service's call", Condition("StringEquals", "aws:SourceAccount", Account), Call().With("aws:SourceAccount", Account));
    }

    private static IEnumerable<AuthorizationCase> Sets()
    {
        AccessRequest Pairs(params (string, string)[] pairs) => Ask(Alice, "kms:Decrypt", pairs);
        yield return Yes("ForAllValues where every name is listed", Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "TenantId", "KekId"), Pairs(("TenantId", "a")));
        yield return No("ForAllValues where one name is not listed", Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs(("TenantId", "a"), ("Extra", "b")));
        yield return Yes("ForAllValues without a context is met", Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs());
        yield return No("EncryptionContextKeys compares names with case", Condition("ForAllValues:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs(("tenantid", "a")));
        yield return Yes("ForAnyValue where one name is listed", Condition("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs(("TenantId", "a"), ("Extra", "b")));
        yield return No("ForAnyValue where none is listed", Condition("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs(("Extra", "b")));
        yield return No("ForAnyValue without a context is not met", Condition("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "TenantId"), Pairs());
        yield return No("ForAnyValue of a negation without a context is not met", Condition("ForAnyValue:StringNotEquals", "kms:EncryptionContextKeys", "Secret"), Pairs());
        yield return Yes("ForAllValues over the operations of a grant", Condition("ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt", "DescribeKey"), Ask(Alice, "kms:Decrypt").With("kms:GrantOperations", "Decrypt"));
        yield return No("ForAllValues with an operation too many", Condition("ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt"), Ask(Alice, "kms:Decrypt").With("kms:GrantOperations", "Decrypt", "Encrypt"));
        yield return Yes("ForAllValues:StringNotLike keeps names out", Condition("ForAllValues:StringNotLike", "kms:EncryptionContextKeys", "aws:*"), Pairs(("TenantId", "a")));
        yield return No("ForAllValues:StringNotLike with such a name", Condition("ForAllValues:StringNotLike", "kms:EncryptionContextKeys", "aws:*"), Pairs(("TenantId", "a"), ("aws:s3", "b")));
    }

    private static IEnumerable<AuthorizationCase> Variables()
    {
        AccessRequest Tagged(string team, string value) => Ask(Alice, "kms:Decrypt", ("TenantId", value)).With("aws:PrincipalTag/tenant", team);
        JObject byTag = Condition("StringEquals", "kms:EncryptionContext:TenantId", "${aws:PrincipalTag/tenant}");
        yield return Yes("The caller's tag in a condition", byTag, Tagged("acme", "acme"));
        yield return No("Another value than the caller's tag", byTag, Tagged("acme", "globex"));
        yield return No("A caller without the tag", byTag, Ask(Alice, "kms:Decrypt", ("TenantId", "acme")));
        yield return No("A tag that is a star is no wildcard", Condition("StringLike", "kms:EncryptionContext:TenantId", "${aws:PrincipalTag/tenant}"), Tagged("*", "acme"));
        yield return Yes("A default for the caller without the tag", Condition("StringEquals", "kms:EncryptionContext:TenantId", "${aws:PrincipalTag/tenant, 'shared'}"), Ask(Alice, "kms:Decrypt", ("TenantId", "shared")));
        yield return Yes("A star that means itself", Condition("StringLike", "kms:EncryptionContext:TenantId", "a${*}b"), Ask(Alice, "kms:Decrypt", ("TenantId", "a*b")));
        yield return No("A star that means itself is no wildcard", Condition("StringLike", "kms:EncryptionContext:TenantId", "a${*}b"), Ask(Alice, "kms:Decrypt", ("TenantId", "axb")));
        JObject old = Policy(Allow("It", Who(Alice), "kms:Decrypt", byTag));
        old["Version"] = "2008-10-17";
        yield return Plain("The older version knows no variables", old, Tagged("acme", "acme"), "none");
    }

    private static IEnumerable<AuthorizationCase> Grants()
    {
        var grant = new PolicyGrant { GrantId = "g1", GranteePrincipal = AppRole, Operations = ["Decrypt", "DescribeKey", "CreateGrant"], EncryptionContextSubset = new Dictionary<string, string> { ["TenantId"] = "a" } };
        PolicyGrant exact = grant with { EncryptionContextSubset = null, EncryptionContextEquals = new Dictionary<string, string> { ["TenantId"] = "a" } };
        PolicyGrant child = grant with { GrantId = "g2", Operations = ["Decrypt"], GranteePrincipal = Alice };
        yield return Granted("A grant's session with the pair", "grant:g1", grant, Ask(AppSession, "kms:Decrypt", ("TenantId", "a"), ("More", "b")));
        yield return Granted("A constraint's name is compared without case", "grant:g1", grant, Ask(AppSession, "kms:Decrypt", ("TENANTID", "a")));
        yield return Granted("A constraint's value is compared with case", "none", grant, Ask(AppSession, "kms:Decrypt", ("TenantId", "A")));
        yield return Granted("A grant without the pair", "none", grant, Ask(AppSession, "kms:Decrypt"));
        yield return Granted("A grant with the exact pairs", "grant:g1", exact, Ask(AppSession, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A grant with one pair too many", "none", exact, Ask(AppSession, "kms:Decrypt", ("TenantId", "a"), ("More", "b")));
        yield return Granted("A grant's other operation", "none", grant, Ask(AppSession, "kms:Encrypt", ("TenantId", "a")));
        yield return Granted("A grant's other grantee", "none", grant, Ask(Alice, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A constraint does not bind DescribeKey", "grant:g1", grant, Ask(AppSession, "kms:DescribeKey"));
        yield return Granted("A grant to a role of another account needs nothing there", "grant:g1", grant with { GranteePrincipal = Foreigner }, Ask(Foreigner, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A grant to an account needs an identity policy", "none", grant with { GranteePrincipal = ForeignRoot }, Ask(Foreigner, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A grant to an account with an identity policy", "grant:g1", grant with { GranteePrincipal = ForeignRoot }, Ask(Foreigner, "kms:Decrypt", ("TenantId", "a"))) with { IdentityPolicies = [Anything] };
        yield return Granted("A grant to a service", "grant:g1", grant with { GranteePrincipal = Service }, Ask(Service, "kms:Decrypt", ("TenantId", "a")));
        PolicyGrant forApp = grant with { GranteePrincipal = Service, SourceArn = "arn:aws:qbusiness:eu-west-1:111122223333:application/a" };
        yield return Granted("A grant to a service for the resource that it calls for", "grant:g1", forApp, Ask(Service, "kms:Decrypt", ("TenantId", "a")).With("aws:SourceArn", forApp.SourceArn!));
        yield return Granted("A grant to a service for another resource", "none", forApp, Ask(Service, "kms:Decrypt", ("TenantId", "a")).With("aws:SourceArn", forApp.SourceArn + "b"));
        yield return Granted("A grant to a service for a resource that the call lacks", "none", forApp, Ask(Service, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A source binds DescribeKey, too", "none", forApp, Ask(Service, "kms:DescribeKey"));
        yield return Granted("A source does not bind RetireGrant", "grant:g1", forApp with { Operations = ["RetireGrant"] }, Ask(Service, "kms:RetireGrant"));
        yield return Granted("A grant with a source to a role is no leave for its own calls", "none", forApp with { GranteePrincipal = AppRole }, Ask(AppSession, "kms:Decrypt", ("TenantId", "a")));
        yield return Granted("A grant from a grant for the same resource", "grant:g1", forApp, Ask(Service, "kms:CreateGrant").With("aws:SourceArn", forApp.SourceArn!) with { NewGrant = child with { SourceArn = forApp.SourceArn } });
        yield return Granted("A grant from a grant without its resource", "none", forApp, Ask(Service, "kms:CreateGrant").With("aws:SourceArn", forApp.SourceArn!) with { NewGrant = child });
        yield return Granted("A grant from a grant that is as strict", "grant:g1", grant, Ask(AppSession, "kms:CreateGrant") with { NewGrant = child });
        yield return Granted("A grant from a grant with another operation", "none", grant, Ask(AppSession, "kms:CreateGrant") with { NewGrant = child with { Operations = ["Encrypt"] } });
        yield return Granted("A grant from a grant without its constraint", "none", grant, Ask(AppSession, "kms:CreateGrant") with { NewGrant = child with { EncryptionContextSubset = null } });
        yield return Granted("A Deny of the key policy wins over a grant", "key:Never", grant, Ask(AppSession, "kms:Decrypt", ("TenantId", "a"))) with { KeyPolicy = Policy(Deny("Never", "*", "kms:Decrypt")), Allowed = false };
        yield return Granted("A Deny of an identity policy wins over a grant", "identity:Never", grant, Ask(AppSession, "kms:Decrypt", ("TenantId", "a"))) with { IdentityPolicies = [Policy(Deny("Never", null, "kms:*"))], Allowed = false };
    }

    private static AuthorizationCase Yes(string name, JToken principal, AccessRequest request, string action = "kms:*", string resource = "*") =>
        IsCondition(principal)
            ? Plain(name, Policy(Allow("It", Who(Alice), "kms:*", principal)), request, "key:It")
            : Plain(name, Policy(Allow("It", principal, action, resource: resource)), request, "key:It");

    private static AuthorizationCase No(string name, JToken principal, AccessRequest request, string action = "kms:*", string resource = "*") =>
        Yes(name, principal, request, action, resource) with { Allowed = false, By = "none" };

    private static AuthorizationCase Plain(string name, JObject policy, AccessRequest request, string by) =>
        new(name, Allowed: by != "none", by) { KeyPolicy = policy, Request = request };

    private static AuthorizationCase Denied(string name, JObject deny, AccessRequest request, string sid) =>
        Plain(name, Policy(deny, Allow("Everyone", "*", "kms:*")), request, "key:" + sid) with { Allowed = false };

    private static AuthorizationCase Granted(string name, string by, PolicyGrant grant, AccessRequest request) =>
        Plain(name, Policy(Allow("Somebody", Who("arn:aws:iam::111122223333:user/somebody"), "kms:*")), request, by) with { Grants = [grant] };

    private static JObject NotPrincipal(params string[] names)
    {
        JObject statement = Deny("Not", null, "kms:*");
        statement["NotPrincipal"] = Who(names);
        return statement;
    }

    private static JObject NotAction(string effect, string action) =>
        new() { ["Sid"] = "NotAction", ["Effect"] = effect, ["Principal"] = Who(Alice), ["NotAction"] = action, ["Resource"] = "*" };

    private static bool IsCondition(JToken token) => token is JObject json && !json.ContainsKey("AWS") && !json.ContainsKey("Service");
}
