using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;

namespace TenantEncryption.Policies.Documents;

/// <summary>
/// The statements by which an account keeps its key, as the AWS console writes them (AWS KMS Developer Guide, "Default key policy").
/// </summary>
internal static class AccountStatements
{
    public const string RootSid = "Enable IAM User Permissions";
    public const string AdministratorsSid = "Allow access for Key Administrators";
    public const string UsersSid = "Allow use of the key";
    public const string AttachmentSid = "Allow attachment of persistent resources";
    public const string DeletionGuardSid = "Deny deletion of a key that was used of late";

    private static readonly string[] Administration =
    [
        "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*", "kms:Get*",
        "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:RotateKeyOnDemand",
    ];

    private static readonly string[] MultiRegionAdministration = [.. Administration, "kms:ReplicateKey", "kms:UpdatePrimaryRegion"];

    private static readonly string[] Use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

    private static readonly string[] Grants = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"];

    /// <summary>The account itself, so that its identity policies decide and the key stays manageable.</summary>
    public static JObject Root(string partition, string account) => Statement(RootSid, $"arn:{partition}:iam::{account}:root", "kms:*");

    /// <summary>Those who administer the key.</summary>
    public static JObject Administrators(IReadOnlyList<string> principals, bool multiRegion) =>
        Statement(AdministratorsSid, Principals(principals), new JArray(multiRegion ? MultiRegionAdministration : Administration));

    /// <summary>Those who use the key, themselves and through AWS services.</summary>
    public static IEnumerable<JObject> Users(IReadOnlyList<string> principals)
    {
        yield return Statement(UsersSid, Principals(principals), new JArray(Use));
        JObject attachment = Statement(AttachmentSid, Principals(principals), new JArray(Grants));
        attachment["Condition"] = new JObject { ["Bool"] = new JObject { ["kms:GrantIsForAWSResource"] = "true" } };
        yield return attachment;
    }

    /// <summary>
    /// Keeps everybody from deleting the key before it was unused for so many whole days (AWS KMS Developer Guide, "kms:TrailingDaysWithoutKeyUsage"; a key without a use on record
    /// counts from its making, or from the day on which KMS began to record). Who may put the key policy can take it away again.
    /// </summary>
    public static JObject DeletionGuard(int days) => new()
    {
        ["Sid"] = DeletionGuardSid,
        ["Effect"] = "Deny",
        ["Principal"] = "*",
        ["Action"] = "kms:ScheduleKeyDeletion",
        ["Resource"] = "*",
        ["Condition"] = new JObject { ["NumericLessThan"] = new JObject { ["kms:TrailingDaysWithoutKeyUsage"] = days.ToString(CultureInfo.InvariantCulture) } },
    };

    private static JToken Principals(IReadOnlyList<string> principals)
    {
        foreach (string principal in principals)
        {
            if (principal == "*" || !PrincipalSyntax.IsAws(principal) || PrincipalSyntax.IsUniqueId(principal))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.InvalidArn, $"'{principal}' is not the ARN of an account, user, role or session.", remedy: PrincipalSyntax.Remedy);
            }
        }

        return principals is [var only] ? only : new JArray(principals.Distinct(StringComparer.Ordinal));
    }

    private static JObject Statement(string sid, JToken principals, JToken actions) => new()
    {
        ["Sid"] = sid,
        ["Effect"] = "Allow",
        ["Principal"] = new JObject { ["AWS"] = principals },
        ["Action"] = actions,
        ["Resource"] = "*",
    };
}
