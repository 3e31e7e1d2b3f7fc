namespace TenantEncryption.Kms;

/// <summary>The administrative calls of KMS, each with its name in CloudTrail.</summary>
internal static class KmsAdministrationCalls
{
    /// <inheritdoc cref="IKmsAdministration.GetCallerAsync"/>
    public static Task<KmsAnswer<KmsCaller>> GetCallerAsync(this IKmsChannel kms, KmsConnection connection, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<KmsCaller>>("GetCallerIdentity", connection, "*", (api, there, _) => api.Administration.GetCallerAsync(there, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.DryRunAsync"/>
    public static Task<KmsAnswer> DryRunAsync(
        this IKmsChannel kms, KmsConnection connection, DryRunOperation operation, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>(operation.ToString(), connection, keyId, (api, there, key) => api.Administration.DryRunAsync(there, operation, key, encryptionContext, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.CreateKeyAsync"/>
    public static Task<KmsKeyDescription> CreateKeyAsync(
        this IKmsChannel kms, KmsConnection connection, NewKmsKey key, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsKeyDescription>("CreateKey", connection, "*", (api, there, _) => api.Administration.CreateKeyAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.ReplicateKeyAsync"/>
    public static Task<KmsKeyDescription> ReplicateKeyAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string replicaRegion, NewKmsKey replica, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsKeyDescription>("ReplicateKey", connection, keyId, (api, there, key) => api.Administration.ReplicateKeyAsync(there, key, replicaRegion, replica, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.CreateAliasAsync"/>
    public static Task<KmsAnswer> CreateAliasAsync(
        this IKmsChannel kms, KmsConnection connection, string aliasName, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("CreateAlias", connection, keyId, (api, there, key) => api.Administration.CreateAliasAsync(there, aliasName, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.DeleteAliasAsync"/>
    public static Task<KmsAnswer> DeleteAliasAsync(
        this IKmsChannel kms, KmsConnection connection, string aliasName, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("DeleteAlias", connection, aliasName, (api, there, _) => api.Administration.DeleteAliasAsync(there, aliasName, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.ListAliasesAsync"/>
    public static Task<KmsAnswer<IReadOnlyList<string>>> ListAliasesAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<IReadOnlyList<string>>>("ListAliases", connection, keyId, (api, there, key) => api.Administration.ListAliasesAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.GetKeyPolicyAsync"/>
    public static Task<KmsAnswer<string>> GetKeyPolicyAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<string>>("GetKeyPolicy", connection, keyId, (api, there, key) => api.Administration.GetKeyPolicyAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.PutKeyPolicyAsync"/>
    public static Task<KmsAnswer> PutKeyPolicyAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string policy, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("PutKeyPolicy", connection, keyId, (api, there, key) => api.Administration.PutKeyPolicyAsync(there, key, policy, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.GetLastUsageAsync"/>
    public static Task<KmsAnswer<KmsLastUsage>> GetLastUsageAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<KmsLastUsage>>("GetKeyLastUsage", connection, keyId, (api, there, key) => api.Administration.GetLastUsageAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.GetRotationAsync"/>
    public static Task<KmsAnswer<KmsRotation>> GetRotationAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<KmsRotation>>("GetKeyRotationStatus", connection, keyId, (api, there, key) => api.Administration.GetRotationAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.SetRotationAsync"/>
    public static Task<KmsAnswer> SetRotationAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, bool enabled, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>(enabled ? "EnableKeyRotation" : "DisableKeyRotation", connection, keyId, (api, there, key) => api.Administration.SetRotationAsync(there, key, enabled, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.RotateNowAsync"/>
    public static Task<KmsAnswer> RotateNowAsync(this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("RotateKeyOnDemand", connection, keyId, (api, there, key) => api.Administration.RotateNowAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.EnableKeyAsync"/>
    public static Task<KmsAnswer> EnableKeyAsync(this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("EnableKey", connection, keyId, (api, there, key) => api.Administration.EnableKeyAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.DisableKeyAsync"/>
    public static Task<KmsAnswer> DisableKeyAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("DisableKey", connection, keyId, (api, there, key) => api.Administration.DisableKeyAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.ScheduleDeletionAsync"/>
    public static Task<KmsAnswer<DateTimeOffset?>> ScheduleDeletionAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, int pendingWindowInDays, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<DateTimeOffset?>>("ScheduleKeyDeletion", connection, keyId, (api, there, key) => api.Administration.ScheduleDeletionAsync(there, key, pendingWindowInDays, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.CancelDeletionAsync"/>
    public static Task<KmsAnswer> CancelDeletionAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("CancelKeyDeletion", connection, keyId, (api, there, key) => api.Administration.CancelDeletionAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.UpdateDescriptionAsync"/>
    public static Task<KmsAnswer> UpdateDescriptionAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string description, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("UpdateKeyDescription", connection, keyId, (api, there, key) => api.Administration.UpdateDescriptionAsync(there, key, description, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.TagAsync"/>
    public static Task<KmsAnswer> TagAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("TagResource", connection, keyId, (api, there, key) => api.Administration.TagAsync(there, key, tags, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.ListTagsAsync"/>
    public static Task<KmsAnswer<IReadOnlyDictionary<string, string>>> ListTagsAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<IReadOnlyDictionary<string, string>>>("ListResourceTags", connection, keyId, (api, there, key) => api.Administration.ListTagsAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.CreateGrantAsync"/>
    public static Task<KmsAnswer<KmsGrantToken>> CreateGrantAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<KmsGrantToken>>("CreateGrant", connection, keyId, (api, there, key) => api.Administration.CreateGrantAsync(there, key, grant, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.DryRunGrantAsync"/>
    public static Task<KmsAnswer> DryRunGrantAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("CreateGrant", connection, keyId, (api, there, key) => api.Administration.DryRunGrantAsync(there, key, grant, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.ListGrantsAsync"/>
    public static Task<KmsAnswer<IReadOnlyList<KmsGrant>>> ListGrantsAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<IReadOnlyList<KmsGrant>>>("ListGrants", connection, keyId, (api, there, key) => api.Administration.ListGrantsAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.FindGrantAsync"/>
    public static Task<KmsAnswer<KmsGrant?>> FindGrantAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer<KmsGrant?>>("ListGrants", connection, keyId, (api, there, key) => api.Administration.FindGrantAsync(there, key, grantId, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.RevokeGrantAsync"/>
    public static Task<KmsAnswer> RevokeGrantAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("RevokeGrant", connection, keyId, (api, there, key) => api.Administration.RevokeGrantAsync(there, key, grantId, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKmsAdministration.RetireGrantAsync"/>
    public static Task<KmsAnswer> RetireGrantAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsAnswer>("RetireGrant", connection, keyId, (api, there, key) => api.Administration.RetireGrantAsync(there, key, grantId, cancellationToken)),
            cancellationToken);
}
