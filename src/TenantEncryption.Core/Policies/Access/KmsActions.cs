namespace TenantEncryption.Policies.Access;

/// <summary>
/// The actions that a policy of a symmetric encryption key decides about (Service Authorization Reference, "Actions, resources, and
/// condition keys for AWS Key Management Service"; actions of other kinds of key are left out).
/// </summary>
public static class KmsActions
{
    private static readonly string[] Names =
    [
        "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias", "kms:DeleteImportedKeyMaterial",
        "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:Encrypt",
        "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GetKeyLastUsage", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:ListGrants",
        "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ReEncryptFrom", "kms:ReEncryptTo",
        "kms:ReplicateKey", "kms:RetireGrant", "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion",
        "kms:SynchronizeMultiRegionKey", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
        "kms:UpdatePrimaryRegion",
    ];

    private static readonly string[] WithContext =
    [
        "kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The actions that a name in a policy means.</summary>
    /// <param name="action">An action, or a pattern such as <c>kms:GenerateDataKey*</c>.</param>
    /// <returns>Those that fit the pattern; an action without wildcards is itself.</returns>
    public static IReadOnlyList<string> Expand(string action) => GlobPattern.IsPattern(action)
        ? [.. Names.Where(name => GlobPattern.Matches(action, name, ignoreCase: true))]
        : [Names.FirstOrDefault(name => name.Equals(action, StringComparison.OrdinalIgnoreCase)) ?? action];

    /// <summary>Whether requests for it have an encryption context.</summary>
    internal static bool TakesEncryptionContext(string action) => WithContext.Contains(action, StringComparer.OrdinalIgnoreCase);
}
