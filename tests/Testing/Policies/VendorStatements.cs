namespace TenantEncryption.Testing.Policies;

/// <summary>The key policy statements as the vendors' pages print them, with their own placeholders.</summary>
internal static class VendorStatements
{
    /// <summary>Qlik Cloud Help, "Configuring tenant encryption", Qlik Cloud code snippet (English, Japanese and Korean agree).</summary>
    public const string Qlik = """
        {
        "Sid": "Enable Qlik's proxy roles to use the Customer's AWS KMS key to encrypt and decrypt data for the Qlik cloud tenant",
        "Effect": "Allow",
        "Principal": {
        "AWS": [
        "arn:aws:iam::338144066592:role/byok-encryption-proxy-role",
        "arn:aws:iam::634246602378:role/byok-encryption-proxy-role",
        "arn:aws:iam::338144066592:role/byok-automations-proxy-role",
        "arn:aws:iam::634246602378:role/byok-automations-proxy-role"
        ]
        },
        "Action": [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:GenerateDataKey"
        ],
        "Resource": "*",
        "Condition": {
        "StringEquals": {
        "kms:EncryptionContext:TenantId": [
        "QLIK_TENANT_ID"
        ]
        }
        }
        }
        """;

    /// <summary>The same page, Qlik Cloud Government code snippet (English: one statement).</summary>
    public const string QlikGovernmentEnglish = """
        {
        "Sid": "Enable Qlik's proxy roles to use the Customer's AWS KMS key to encrypt and decrypt data for the Qlik cloud tenant",
        "Effect": "Allow",
        "Principal": {
        "AWS": [
        "arn:aws-us-gov:iam::014729015091:role/byok-encryption-proxy-role",
        "arn:aws-us-gov:iam::014734359703:role/byok-encryption-proxy-role",
        "arn:aws-us-gov:iam::014729015091:role/byok-automations-proxy-role",
        "arn:aws-us-gov:iam::014734359703:role/byok-automations-proxy-role"
        ]
        },
        "Action": [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:GenerateDataKey"
        ],
        "Resource": "*",
        "Condition": {
        "StringEquals": {
        "kms:EncryptionContext:TenantId": [
        "QLIK_TENANT_ID"
        ]
        }
        }
        }
        """;

    /// <summary>The second statement that the Japanese and Korean pages have for Qlik Cloud Government.</summary>
    public const string QlikGovernmentDescribe = """
        {
        "Sid": "Enable KMS Key policy for proxy account",
        "Effect": "Allow",
        "Principal": {
        "AWS": [
        "arn:aws-us-gov:iam::014729015091:role/byok-encryption-proxy-role",
        "arn:aws-us-gov:iam::014734359703:role/byok-encryption-proxy-role",
        "arn:aws-us-gov:iam::014729015091:role/byok-automations-proxy-role",
        "arn:aws-us-gov:iam::014734359703:role/byok-automations-proxy-role"
        ]
        },
        "Action": "kms:DescribeKey",
        "Resource": "*"
        }
        """;

    /// <summary>Tableau Cloud Help, "Add Key Policy JSON to KMS Key Policy". Its account is no account id.</summary>
    public const string Tableau = """
        {
            "Version": "2012-10-17",
            "Id": "sfdc-key-access-policy",
            "Statement": [
        { "Sid": "AllowSalesforceShieldKeyBroker1234567890abc", "Effect": "Allow", "Principal": { "AWS": "arn:aws:sts::123456789abc:assumed-role/EkmAwsKmsAccessRole/1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12" }, "Action": [ "kms:GenerateDataKey*", "kms:Decrypt" ], "Resource": "*", "Condition": { "StringEquals": { "kms:EncryptionContext:sf-auth": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ" } } }
        ] }
        """;

    /// <summary>Amazon Q Business User Guide, "Key policy".</summary>
    public const string AmazonQ = """
        [{ "Sid": "Allow access to principals authorized to use Amazon Q", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/Admin" }, "Action": [ "kms:DescribeKey", "kms:CreateGrant" ], "Resource": "*", "Condition": { "StringEquals": { "kms:ViaService": "qbusiness.region.amazonaws.com", "kms:CallerAccount": "111122223333" } } }, { "Sid": "Allow access for key administrators", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": [ "kms:*" ], "Resource": "arn:aws:kms:region:111122223333:key/key_ID" }, { "Sid": "Allow read-only access to key metadata to the account", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ], "Resource": "*" } ]
        """;
}
