using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests.Administration;

/// <summary>Every administrative operation by its name in AWS, with requests that are well-formed.</summary>
internal static class AdministrationCalls
{
    public static readonly NewKmsGrant Grant = new()
    {
        GranteePrincipal = "arn:aws:iam::111122223333:role/app",
        Operations = ["Decrypt"],
        Name = "app",
    };

    public static Task MakeAsync(IKmsAdministration kms, KmsConnection connection, string operation, string keyArn = StubKms.KeyArn) => operation switch
    {
        "CreateKey" => kms.CreateKeyAsync(connection, new NewKmsKey(), default),
        "ReplicateKey" => kms.ReplicateKeyAsync(connection, keyArn, "eu-west-3", new NewKmsKey(), default),
        "CreateAlias" => kms.CreateAliasAsync(connection, "alias/app", keyArn, default),
        "DeleteAlias" => kms.DeleteAliasAsync(connection, "alias/app", default),
        "ListAliases" => kms.ListAliasesAsync(connection, keyArn, default),
        "GetKeyPolicy" => kms.GetKeyPolicyAsync(connection, keyArn, default),
        "PutKeyPolicy" => kms.PutKeyPolicyAsync(connection, keyArn, "{}", default),
        "GetKeyLastUsage" => kms.GetLastUsageAsync(connection, keyArn, default),
        "GetKeyRotationStatus" => kms.GetRotationAsync(connection, keyArn, default),
        "EnableKeyRotation" => kms.SetRotationAsync(connection, keyArn, true, default),
        "DisableKeyRotation" => kms.SetRotationAsync(connection, keyArn, false, default),
        "RotateKeyOnDemand" => kms.RotateNowAsync(connection, keyArn, default),
        "EnableKey" => kms.EnableKeyAsync(connection, keyArn, default),
        "DisableKey" => kms.DisableKeyAsync(connection, keyArn, default),
        "ScheduleKeyDeletion" => kms.ScheduleDeletionAsync(connection, keyArn, 7, default),
        "CancelKeyDeletion" => kms.CancelDeletionAsync(connection, keyArn, default),
        "UpdateKeyDescription" => kms.UpdateDescriptionAsync(connection, keyArn, "", default),
        "TagResource" => kms.TagAsync(connection, keyArn, new Dictionary<string, string> { ["a"] = "b" }, default),
        "ListResourceTags" => kms.ListTagsAsync(connection, keyArn, default),
        "CreateGrant" => kms.CreateGrantAsync(connection, keyArn, Grant, default),
        "ListGrants" => kms.ListGrantsAsync(connection, keyArn, default),
        "RevokeGrant" => kms.RevokeGrantAsync(connection, keyArn, "abc", default),
        "RetireGrant" => kms.RetireGrantAsync(connection, keyArn, "abc", default),
        _ => throw new ArgumentException(operation),
    };
}
