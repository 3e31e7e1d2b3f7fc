namespace TenantEncryption.PowerShell.Completion;

/// <summary>
/// Completes the actions of AWS KMS that key policies are about (Service Authorization Reference, "Actions, resources, and condition keys for AWS Key
/// Management Service": those whose resource is a key).
/// </summary>
public sealed class KmsActionCompleter : Completer
{
    private static readonly string[] Administration =
    [
        "CancelKeyDeletion", "CreateAlias", "CreateGrant", "DeleteAlias", "DeleteImportedKeyMaterial", "DescribeKey", "DisableKey", "DisableKeyRotation", "EnableKey",
        "EnableKeyRotation", "GetKeyPolicy", "GetKeyRotationStatus", "GetParametersForImport", "ImportKeyMaterial", "ListGrants", "ListKeyPolicies", "ListKeyRotations",
        "ListResourceTags", "PutKeyPolicy", "ReplicateKey", "RetireGrant", "RevokeGrant", "RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource", "UntagResource",
        "UpdateAlias", "UpdateKeyDescription", "UpdatePrimaryRegion",
    ];

    private static readonly string[] Use =
        ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"];

    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        Use.Select(action => new Candidate($"kms:{action}", "uses the key") { Also = action })
            .Concat(Administration.Select(action => new Candidate($"kms:{action}", "administers the key") { Also = action }));
}
