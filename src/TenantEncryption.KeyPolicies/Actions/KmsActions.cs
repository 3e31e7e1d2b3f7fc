using System.Collections.Frozen;

namespace TenantEncryption.Policies.Access;

/// <summary>
/// The actions of AWS KMS. Names and condition keys: Service Authorization Reference, "Actions, resources, and condition keys for AWS Key
/// Management Service". Which work on keys of other accounts: AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key".
/// </summary>
public static class KmsActions
{
    // AWS KMS Developer Guide, "AWS KMS condition keys": of every action that is done with a key, and of those that take more.
    private static readonly string[] OfKey =
    [
        "kms:CallerAccount", "kms:ViaService", "kms:KeySpec", "kms:KeyUsage", "kms:KeyOrigin", "kms:MultiRegion", "kms:MultiRegionKeyType", "kms:ResourceAliases",
        "kms:CustomerMasterKeySpec", "kms:CustomerMasterKeyUsage",
    ];

    private static readonly string[] Context = ["kms:EncryptionContext:*", "kms:EncryptionContextKeys"];
    private static readonly string[] Encryption = [.. Context, "kms:EncryptionAlgorithm", "kms:RequestAlias"];
    private static readonly string[] Attestation = ["kms:RecipientAttestation:*"];

    private static readonly string[] NewGrant =
    [
        .. Context, "kms:GrantConstraintSourceArn", "kms:GrantConstraintType", "kms:GrantIsForAWSResource", "kms:GrantOperations", "kms:GranteePrincipal",
        "kms:GranteeServicePrincipal", "kms:RetiringPrincipal", "kms:RetiringServicePrincipal",
    ];

    private static readonly string[] NewKey =
    [
        "kms:BypassPolicyLockoutSafetyCheck", "kms:CallerAccount", "kms:KeyOrigin", "kms:KeySpec", "kms:KeyUsage", "kms:MultiRegion", "kms:MultiRegionKeyType", "kms:ViaService",
    ];

    private static readonly KmsAction[] Table =
    [
        Own("CancelKeyDeletion"),
        Own("CreateAlias"),
        Any("CreateGrant", NewGrant),
        Any("Decrypt", [.. Encryption, .. Attestation]),
        Own("DeleteAlias"),
        Own("DeleteImportedKeyMaterial"),
        Any("DescribeKey", "kms:RequestAlias"),
        Own("DisableKey", "kms:TrailingDaysWithoutKeyUsage"),
        Own("DisableKeyRotation"),
        Own("EnableKey"),
        Own("EnableKeyRotation", "kms:RotationPeriodInDays"),
        Any("Encrypt", Encryption),
        Any("GenerateDataKey", [.. Encryption, .. Attestation]),
        Any("GenerateDataKeyPair", [.. Encryption, .. Attestation, "kms:DataKeyPairSpec"]),
        Any("GenerateDataKeyPairWithoutPlaintext", [.. Encryption, "kms:DataKeyPairSpec"]),
        Any("GenerateDataKeyWithoutPlaintext", Encryption),
        Own("GetKeyLastUsage"),
        Own("GetKeyPolicy"),
        Any("GetKeyRotationStatus"),
        Own("GetParametersForImport", "kms:WrappingAlgorithm", "kms:WrappingKeySpec"),
        Own("ImportKeyMaterial", "kms:ExpirationModel", "kms:ValidTo"),
        Any("ListGrants", "kms:GrantIsForAWSResource"),
        Own("ListKeyPolicies"),
        Own("ListKeyRotations"),
        Own("ListResourceTags"),
        Own("PutKeyPolicy", "kms:BypassPolicyLockoutSafetyCheck"),
        Any("ReEncryptFrom", [.. Encryption, "kms:ReEncryptOnSameKey"]),
        Any("ReEncryptTo", [.. Encryption, "kms:ReEncryptOnSameKey"]),
        Own("ReplicateKey", "kms:ReplicaRegion"),
        Any("RetireGrant", [.. Context, "kms:GrantConstraintType"]),
        Any("RevokeGrant", "kms:GrantIsForAWSResource"),
        Own("RotateKeyOnDemand"),
        Own("ScheduleKeyDeletion", "kms:ScheduleKeyDeletionPendingWindowInDays", "kms:TrailingDaysWithoutKeyUsage"),
        Own("SynchronizeMultiRegionKey"),
        Own("TagResource"),
        Own("UntagResource"),
        Own("UpdateAlias"),
        Own("UpdateKeyDescription"),
        Own("UpdatePrimaryRegion", "kms:PrimaryRegion"),

        OtherKey("DeriveSharedSecret", [.. Attestation, "kms:KeyAgreementAlgorithm"]),
        OtherKey("GenerateMac", "kms:MacAlgorithm"),
        OtherKey("GetPublicKey"),
        OtherKey("Sign", "kms:MessageType", "kms:SigningAlgorithm"),
        OtherKey("Verify", "kms:MessageType", "kms:SigningAlgorithm"),
        OtherKey("VerifyMac", "kms:MacAlgorithm"),

        NoKey("ConnectCustomKeyStore", "kms:CallerAccount"),
        NoKey("CreateCustomKeyStore", "kms:CallerAccount"),
        NoKey("CreateKey", NewKey),
        NoKey("DeleteCustomKeyStore", "kms:CallerAccount"),
        NoKey("DescribeCustomKeyStores", "kms:CallerAccount"),
        NoKey("DisconnectCustomKeyStore", "kms:CallerAccount"),
        NoKey("GenerateRandom", Attestation),
        NoKey("ListAliases"),
        NoKey("ListKeys"),
        NoKey("ListRetirableGrants"),
        NoKey("UpdateCustomKeyStore", "kms:CallerAccount"),
    ];

    private static readonly FrozenDictionary<string, KmsAction> ByName = Table.ToFrozenDictionary(action => action.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly string[] OfSymmetricKeys =
        [.. Table.Where(action => action is { ConcernsKey: true, IsOfSymmetricKey: true }).Select(action => action.Name)];

    /// <summary>The names of those that a policy of a symmetric encryption key decides about.</summary>
    public static IReadOnlyList<string> All => OfSymmetricKeys;

    /// <summary>An action by its name.</summary>
    /// <param name="action">The name with <c>kms:</c>, in any case.</param>
    /// <returns>The action, or <see langword="null"/> where KMS has none of that name.</returns>
    public static KmsAction? Find(string action) => ByName.GetValueOrDefault(action);

    /// <summary>The actions whose names are like one that does not exist: the nearest first.</summary>
    /// <param name="action">The name with <c>kms:</c>.</param>
    /// <returns>Up to three, each a name with <c>kms:</c>.</returns>
    public static IReadOnlyList<string> FindSimilar(string action) => SimilarName.Find(action, Table.Select(one => one.Name));

    /// <summary>The actions that a name in a policy means.</summary>
    /// <param name="action">An action, or a pattern such as <c>kms:GenerateDataKey*</c>.</param>
    /// <returns>Those of <see cref="All"/> that fit the pattern; an action without wildcards is itself.</returns>
    public static IReadOnlyList<string> Expand(string action) => GlobPattern.IsPattern(action)
        ? [.. OfSymmetricKeys.Where(name => GlobPattern.Matches(action, name, ignoreCase: true))]
        : [Find(action)?.Name ?? action];

    /// <summary>Whether requests for it have an encryption context.</summary>
    internal static bool TakesEncryptionContext(string action) => Find(action)?.TakesEncryptionContext == true;

    private static KmsAction Own(string name, params string[] more) => new(name, concernsKey: true, acrossAccounts: false, [.. OfKey, .. more]);

    private static KmsAction Any(string name, params string[] more) => new(name, concernsKey: true, acrossAccounts: true, [.. OfKey, .. more]);

    // What is done with asymmetric and HMAC keys uses the key, from any account.
    private static KmsAction OtherKey(string name, params string[] more) =>
        new(name, concernsKey: true, acrossAccounts: true, [.. OfKey, "kms:RequestAlias", .. more]) { IsOfSymmetricKey = false };

    private static KmsAction NoKey(string name, params string[] conditionKeys) => new(name, concernsKey: false, acrossAccounts: false, conditionKeys);
}
