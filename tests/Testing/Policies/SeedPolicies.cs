using Newtonsoft.Json.Linq;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.Testing.Policies;

/// <summary>The key policies that the platforms' documentation asks for.</summary>
internal static class SeedPolicies
{
    public const string QlikRole = "arn:aws:iam::338144066592:role/byok-encryption-proxy-role";
    public const string QlikGovRole = "arn:aws-us-gov:iam::014734359703:role/byok-automations-proxy-role";
    public const string TableauSession = "arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12";
    public const string AmazonAdmin = "arn:aws:iam::111122223333:role/Admin";
    public const string GovKey = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    public static readonly JObject Default = Policy(Allow("Enable IAM User Permissions", Who(Root), "kms:*"));

    public static readonly JObject Qlik = Policy(
        Allow("Enable IAM User Permissions", Who(Root), "kms:*"),
        Allow(
            "Qlik proxy roles",
            Who(
                QlikRole,
                "arn:aws:iam::634246602378:role/byok-encryption-proxy-role",
                "arn:aws:iam::338144066592:role/byok-automations-proxy-role",
                "arn:aws:iam::634246602378:role/byok-automations-proxy-role"),
            new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
            Condition("StringEquals", "kms:EncryptionContext:TenantId", "tenant-a", "tenant-b")));

    public static readonly JObject QlikGovernment = Policy(
        Allow(
            "Qlik proxy roles",
            Who(
                "arn:aws-us-gov:iam::014729015091:role/byok-encryption-proxy-role",
                "arn:aws-us-gov:iam::014734359703:role/byok-encryption-proxy-role",
                "arn:aws-us-gov:iam::014729015091:role/byok-automations-proxy-role",
                QlikGovRole),
            new JArray("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
            Condition("StringEquals", "kms:EncryptionContext:TenantId", "gov-tenant")),
        Allow(
            "Describe for proxy accounts",
            Who(
                "arn:aws-us-gov:iam::014729015091:role/byok-encryption-proxy-role",
                "arn:aws-us-gov:iam::014734359703:role/byok-encryption-proxy-role",
                "arn:aws-us-gov:iam::014729015091:role/byok-automations-proxy-role",
                QlikGovRole),
            "kms:DescribeKey"));

    public static readonly JObject Tableau = Policy(
        Allow(
            "AllowSalesforceShieldKeyBroker1234567890abc",
            Who(TableauSession),
            new JArray("kms:GenerateDataKey*", "kms:Decrypt"),
            Condition("StringEquals", "kms:EncryptionContext:sf-auth", "abcdefghijklmnop")));

    public static readonly JObject AmazonQ = Policy(
        Allow(
            "Principals authorized to use Amazon Q",
            Who(AmazonAdmin),
            new JArray("kms:DescribeKey", "kms:CreateGrant"),
            new JObject
            {
                ["StringEquals"] = new JObject
                {
                    ["kms:ViaService"] = "qbusiness.eu-west-1.amazonaws.com",
                    ["kms:CallerAccount"] = Account,
                },
            }),
        Allow("Key administrators", Who(Root), new JArray("kms:*"), resource: Key),
        Allow("Read-only access", Who(Root), new JArray("kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant")));
}
