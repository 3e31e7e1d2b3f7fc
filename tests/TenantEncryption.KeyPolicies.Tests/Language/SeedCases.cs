using Newtonsoft.Json.Linq;
using TenantEncryption.Policies;
using static TenantEncryption.Testing.Policies.Build;
using static TenantEncryption.Testing.Policies.SeedPolicies;

namespace TenantEncryption.KeyPolicies.Tests.Language;

/// <summary>The platforms' policies, right and with one thing wrong at a time. A platform's own identity policies can't be seen.</summary>
internal static class SeedCases
{
    public static IEnumerable<AuthorizationCase> All() => [.. QlikCases(), .. GovernmentCases(), .. TableauCases(), .. AmazonQCases(), .. DefaultCases()];

    private static IEnumerable<AuthorizationCase> QlikCases()
    {
        const string By = "key:Qlik proxy roles";
        yield return Platform("Qlik generates a data key for its tenant", Qlik, By, Ask(QlikRole, "kms:GenerateDataKey", ("TenantId", "tenant-a")));
        yield return Platform("Qlik decrypts for the second tenant of the list", Qlik, By, Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-b")));
        yield return Platform("Qlik encrypts with more pairs than the tenant's", Qlik, By, Ask(QlikRole, "kms:Encrypt", ("TenantId", "tenant-a"), ("KekId", "kek-1")));
        yield return Platform("A session of Qlik's role is the role", Qlik, By, Ask("arn:aws:sts::338144066592:assumed-role/byok-encryption-proxy-role/x1", "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("Qlik's second account is named too", Qlik, By, Ask("arn:aws:iam::634246602378:role/byok-automations-proxy-role", "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("The name of a context pair is compared without case", Qlik, By, Ask(QlikRole, "kms:Decrypt", ("tenantid", "tenant-a")));
        yield return Platform("Qlik with another tenant's id is refused", Qlik, "none", Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-c")));
        yield return Platform("The value of a context pair is compared with case", Qlik, "none", Ask(QlikRole, "kms:Decrypt", ("TenantId", "Tenant-A")));
        yield return Platform("Qlik without a context is refused", Qlik, "none", Ask(QlikRole, "kms:Decrypt"));
        yield return Platform("Qlik with the tenant under another name is refused", Qlik, "none", Ask(QlikRole, "kms:Decrypt", ("Tenant", "tenant-a")));
        yield return Platform("Another role of Qlik's account is refused", Qlik, "none", Ask("arn:aws:iam::338144066592:role/byok-encryption-proxy", "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("Qlik's role name in another account is refused", Qlik, "none", Ask("arn:aws:iam::444455556666:role/byok-encryption-proxy-role", "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("Qlik may not describe the key without the multi-Region statement", Qlik, "none", Ask(QlikRole, "kms:DescribeKey"));
        yield return Platform("GenerateDataKey does not include the one without plaintext", Qlik, "none", Ask(QlikRole, "kms:GenerateDataKeyWithoutPlaintext", ("TenantId", "tenant-a")));
        yield return Platform("Qlik may not change the policy", Qlik, "none", Ask(QlikRole, "kms:PutKeyPolicy"));
        yield return Platform("A placeholder left in the policy fits no tenant", Replace(Qlik, "tenant-a", "QLIK_TENANT_ID"), "none", Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("A statement without Resource has no effect", Edit(Qlik, 1, statement => statement.Remove("Resource")), "none", Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("A deleted role that became an id is nobody", Replace(Qlik, QlikRole, "AROAEXAMPLEIDOFAROLE1"), "none", Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("A Deny for everyone but the account wins over Qlik's Allow", Add(Qlik, Deny("Only us", "*", "kms:*", Condition("StringNotEquals", "aws:PrincipalAccount", Account))), "key:Only us", Ask(QlikRole, "kms:Decrypt", ("TenantId", "tenant-a")).With("aws:PrincipalAccount", "338144066592"));
    }

    private static IEnumerable<AuthorizationCase> GovernmentCases()
    {
        AccessRequest Gov(string principal, string action, params (string, string)[] context) => Ask(principal, action, context) with { Resource = GovKey };
        yield return Platform("Qlik Government decrypts for its tenant", QlikGovernment, "key:Qlik proxy roles", Gov(QlikGovRole, "kms:Decrypt", ("TenantId", "gov-tenant")));
        yield return Platform("Qlik Government describes the key without a context", QlikGovernment, "key:Describe for proxy accounts", Gov(QlikGovRole, "kms:DescribeKey"));
        yield return Platform("Qlik Government with another tenant is refused", QlikGovernment, "none", Gov(QlikGovRole, "kms:Decrypt", ("TenantId", "tenant-a")));
        yield return Platform("The same role in the commercial partition is another one", QlikGovernment, "none", Gov("arn:aws:iam::014734359703:role/byok-automations-proxy-role", "kms:Decrypt", ("TenantId", "gov-tenant")));
        yield return Platform("Qlik Government without the describe statement may not describe", Drop(QlikGovernment, 1), "none", Gov(QlikGovRole, "kms:DescribeKey"));
        yield return Platform("Qlik's commercial role has no place in the government policy", QlikGovernment, "none", Gov(QlikRole, "kms:Decrypt", ("TenantId", "gov-tenant")));
        yield return Platform("Qlik Government may not create grants", QlikGovernment, "none", Gov(QlikGovRole, "kms:CreateGrant"));
    }

    private static IEnumerable<AuthorizationCase> TableauCases()
    {
        const string By = "key:AllowSalesforceShieldKeyBroker1234567890abc";
        yield return Platform("Tableau generates a data key", Tableau, By, Ask(TableauSession, "kms:GenerateDataKey", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("The star of GenerateDataKey* takes the one without plaintext", Tableau, By, Ask(TableauSession, "kms:GenerateDataKeyWithoutPlaintext", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("Tableau decrypts", Tableau, By, Ask(TableauSession, "kms:Decrypt", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("Another session of Tableau's role is refused", Tableau, "none", Ask("arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/another", "kms:Decrypt", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("Tableau's role without its session is refused", Tableau, "none", Ask("arn:aws:iam::123456789012:role/EkmAwsKmsAccessRole", "kms:Decrypt", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("Tableau with another sf-auth is refused", Tableau, "none", Ask(TableauSession, "kms:Decrypt", ("sf-auth", "ponmlkjihgfedcba")));
        yield return Platform("Tableau with a cut sf-auth is refused", Tableau, "none", Ask(TableauSession, "kms:Decrypt", ("sf-auth", "abcdefghijklmno")));
        yield return Platform("Tableau without sf-auth is refused", Tableau, "none", Ask(TableauSession, "kms:Decrypt", ("TenantId", "abcdefghijklmnop")));
        yield return Platform("Tableau does not encrypt", Tableau, "none", Ask(TableauSession, "kms:Encrypt", ("sf-auth", "abcdefghijklmnop")));
        yield return Platform("Tableau does not describe", Tableau, "none", Ask(TableauSession, "kms:DescribeKey"));
        yield return Platform("Tableau's clause removed, its key stops working", Policy(Allow("Enable IAM User Permissions", Who(Root), "kms:*")), "none", Ask(TableauSession, "kms:Decrypt", ("sf-auth", "abcdefghijklmnop")));
    }

    private static IEnumerable<AuthorizationCase> AmazonQCases()
    {
        const string By = "key:Principals authorized to use Amazon Q";
        AccessRequest Via(string principal, string action, string service = "qbusiness.eu-west-1.amazonaws.com", string account = Account) =>
            Ask(principal, action).With("kms:ViaService", service).With("kms:CallerAccount", account);
        yield return Own("The administrator creates a grant through Amazon Q", AmazonQ, By, Via(AmazonAdmin, "kms:CreateGrant"));
        yield return Own("The administrator describes the key through Amazon Q", AmazonQ, By, Via(AmazonAdmin, "kms:DescribeKey"));
        yield return Own("The administrator directly, not through Amazon Q, is refused", AmazonQ, "none", Ask(AmazonAdmin, "kms:CreateGrant").With("kms:CallerAccount", Account));
        yield return Own("Another service in Amazon Q's place is refused", AmazonQ, "none", Via(AmazonAdmin, "kms:CreateGrant", "kendra.eu-west-1.amazonaws.com"));
        yield return Own("Amazon Q of another region is refused", AmazonQ, "none", Via(AmazonAdmin, "kms:CreateGrant", "qbusiness.us-east-1.amazonaws.com"));
        yield return Own("Amazon Q for a caller of another account is refused", AmazonQ, "none", Via(AmazonAdmin, "kms:CreateGrant", account: OtherAccount));
        yield return Own("Another role through Amazon Q is refused", AmazonQ, "none", Via(AppRole, "kms:CreateGrant"));
        yield return Own("The administrator may not decrypt through Amazon Q", AmazonQ, "none", Via(AmazonAdmin, "kms:Decrypt"));
        yield return Own("The account's root administers the key", AmazonQ, "key:Key administrators", Ask(Root, "kms:ScheduleKeyDeletion"));
        yield return Own("The root of another key's policy has nothing to say here", Edit(Drop(AmazonQ, 2), 1, statement => statement["Resource"] = OtherKey), "none", Ask(Root, "kms:ScheduleKeyDeletion"));
        yield return Own("The \"read-only\" statement lets the root revoke grants", Drop(AmazonQ, 1), "key:Read-only access", Ask(Root, "kms:RevokeGrant"));
        yield return Own("The read-only statement does not let the root use the key", Drop(AmazonQ, 1), "none", Ask(Root, "kms:Decrypt"));
        yield return Own("A user reads metadata when an identity policy says so", Drop(AmazonQ, 1), "identity:Reads", Ask(Alice, "kms:DescribeKey")) with { IdentityPolicies = [Policy(Allow("Reads", null, "kms:Describe*"))] };
    }

    private static IEnumerable<AuthorizationCase> DefaultCases()
    {
        JObject administrator = Policy(Allow("Administrator", null, "*"));
        JObject reader = Policy(Allow("Decrypts", null, "kms:Decrypt", resource: Key));
        yield return Own("The default policy lets the root in", Default, "key:Enable IAM User Permissions", Ask(Root, "kms:Decrypt"));
        yield return Own("The default policy alone lets no user in", Default, "none", Ask(Alice, "kms:Decrypt"));
        yield return Own("The default policy lets identity policies decide", Default, "identity:Decrypts", Ask(Alice, "kms:Decrypt")) with { IdentityPolicies = [reader] };
        yield return Own("An identity policy for one action gives no other", Default, "none", Ask(Alice, "kms:Encrypt")) with { IdentityPolicies = [reader] };
        yield return Own("An identity policy for another key gives nothing", Default, "none", Ask(Alice, "kms:Decrypt")) with { IdentityPolicies = [Policy(Allow("Decrypts", null, "kms:Decrypt", resource: OtherKey))] };
        yield return Own("An administrator by identity policy uses the key", Default, "identity:Administrator", Ask(AppSession, "kms:Decrypt")) with { IdentityPolicies = [administrator] };
        yield return Own("Without the root statement identity policies have no effect", Policy(Allow("Alice", Who(Alice), "kms:*")), "none", Ask(AppSession, "kms:Decrypt")) with { IdentityPolicies = [administrator] };
        yield return Own("Without the root statement the root is refused", Policy(Allow("Alice", Who(Alice), "kms:*")), "none", Ask(Root, "kms:Decrypt"));
        yield return Own("The default policy does not let another account in", Default, "none", Ask(Foreigner, "kms:Decrypt")) with { IdentityPolicies = [administrator] };
        yield return Own("The root statement for some actions delegates those alone", Policy(Allow("Some", Who(Root), "kms:Describe*")), "none", Ask(Alice, "kms:Decrypt")) with { IdentityPolicies = [administrator] };
        yield return Own("An identity Deny wins over the administrator's Allow", Default, "identity:Never", Ask(Alice, "kms:Decrypt")) with { IdentityPolicies = [administrator, Policy(Deny("Never", null, "kms:Decrypt"))] };
    }

    private static AuthorizationCase Platform(string name, JObject policy, string by, AccessRequest request) =>
        Own(name, policy, by, request) with { IdentityPolicies = null };

    private static AuthorizationCase Own(string name, JObject policy, string by, AccessRequest request) =>
        new(name, Allowed: by != "none" && !by.EndsWith("Only us", StringComparison.Ordinal) && !by.EndsWith("Never", StringComparison.Ordinal), by) { Request = request, KeyPolicy = policy };

    private static JObject Replace(JObject policy, string text, string replacement) => JObject.Parse(policy.ToString().Replace(text, replacement, StringComparison.Ordinal));

    private static JObject Edit(JObject policy, int index, Action<JObject> edit)
    {
        var copy = (JObject)policy.DeepClone();
        edit((JObject)copy["Statement"]![index]!);
        return copy;
    }

    private static JObject Drop(JObject policy, int index)
    {
        var copy = (JObject)policy.DeepClone();
        copy["Statement"]![index]!.Remove();
        return copy;
    }

    private static JObject Add(JObject policy, JObject statement)
    {
        var copy = (JObject)policy.DeepClone();
        ((JArray)copy["Statement"]!).Add(statement);
        return copy;
    }
}
