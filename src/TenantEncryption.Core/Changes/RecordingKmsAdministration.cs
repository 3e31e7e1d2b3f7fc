using TenantEncryption.Changes;

namespace TenantEncryption.Kms;

/// <summary>Records administrative calls under CloudTrail's event names.</summary>
/// <param name="inner">The KMS; its administration is not asked for before the first call.</param>
/// <param name="record">Where the calls are kept.</param>
internal sealed class RecordingKmsAdministration(IKms inner, RecordingKms record) : IKmsAdministration
{
    /// <inheritdoc/>
    public Task<KmsAnswer<KmsCaller>> GetCallerAsync(KmsConnection connection, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "GetCallerIdentity",
            connection,
            "*",
            () => inner.Administration.GetCallerAsync(connection, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> DryRunAsync(
        KmsConnection connection, DryRunOperation operation, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        record.RecordAsync(
            operation.ToString(),
            connection,
            keyId,
            () => inner.Administration.DryRunAsync(connection, operation, keyId, encryptionContext, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsKeyDescription> CreateKeyAsync(KmsConnection connection, NewKmsKey key, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "CreateKey",
            connection,
            "*",
            () => inner.Administration.CreateKeyAsync(connection, key, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsKeyDescription> ReplicateKeyAsync(
        KmsConnection connection, string keyId, string replicaRegion, NewKmsKey replica, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ReplicateKey",
            connection,
            keyId,
            () => inner.Administration.ReplicateKeyAsync(connection, keyId, replicaRegion, replica, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> CreateAliasAsync(
        KmsConnection connection, string aliasName, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "CreateAlias",
            connection,
            keyId,
            () => inner.Administration.CreateAliasAsync(connection, aliasName, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> DeleteAliasAsync(KmsConnection connection, string aliasName, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "DeleteAlias",
            connection,
            aliasName,
            () => inner.Administration.DeleteAliasAsync(connection, aliasName, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<IReadOnlyList<string>>> ListAliasesAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ListAliases",
            connection,
            keyId,
            () => inner.Administration.ListAliasesAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<string>> GetKeyPolicyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "GetKeyPolicy",
            connection,
            keyId,
            () => inner.Administration.GetKeyPolicyAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> PutKeyPolicyAsync(KmsConnection connection, string keyId, string policy, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "PutKeyPolicy",
            connection,
            keyId,
            () => inner.Administration.PutKeyPolicyAsync(connection, keyId, policy, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsLastUsage>> GetLastUsageAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "GetKeyLastUsage",
            connection,
            keyId,
            () => inner.Administration.GetLastUsageAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsRotation>> GetRotationAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "GetKeyRotationStatus",
            connection,
            keyId,
            () => inner.Administration.GetRotationAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> SetRotationAsync(KmsConnection connection, string keyId, bool enabled, CancellationToken cancellationToken) =>
        record.RecordAsync(
            enabled ? "EnableKeyRotation" : "DisableKeyRotation",
            connection,
            keyId,
            () => inner.Administration.SetRotationAsync(connection, keyId, enabled, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> RotateNowAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "RotateKeyOnDemand",
            connection,
            keyId,
            () => inner.Administration.RotateNowAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> EnableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "EnableKey",
            connection,
            keyId,
            () => inner.Administration.EnableKeyAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> DisableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "DisableKey",
            connection,
            keyId,
            () => inner.Administration.DisableKeyAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<DateTimeOffset?>> ScheduleDeletionAsync(
        KmsConnection connection, string keyId, int pendingWindowInDays, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ScheduleKeyDeletion",
            connection,
            keyId,
            () => inner.Administration.ScheduleDeletionAsync(connection, keyId, pendingWindowInDays, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> CancelDeletionAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "CancelKeyDeletion",
            connection,
            keyId,
            () => inner.Administration.CancelDeletionAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> UpdateDescriptionAsync(
        KmsConnection connection, string keyId, string description, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "UpdateKeyDescription",
            connection,
            keyId,
            () => inner.Administration.UpdateDescriptionAsync(connection, keyId, description, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> TagAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "TagResource",
            connection,
            keyId,
            () => inner.Administration.TagAsync(connection, keyId, tags, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<IReadOnlyDictionary<string, string>>> ListTagsAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ListResourceTags",
            connection,
            keyId,
            () => inner.Administration.ListTagsAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsGrantToken>> CreateGrantAsync(
        KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "CreateGrant",
            connection,
            keyId,
            () => inner.Administration.CreateGrantAsync(connection, keyId, grant, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> DryRunGrantAsync(
        KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "CreateGrant",
            connection,
            keyId,
            () => inner.Administration.DryRunGrantAsync(connection, keyId, grant, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<IReadOnlyList<KmsGrant>>> ListGrantsAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ListGrants",
            connection,
            keyId,
            () => inner.Administration.ListGrantsAsync(connection, keyId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsGrant?>> FindGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "ListGrants",
            connection,
            keyId,
            () => inner.Administration.FindGrantAsync(connection, keyId, grantId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> RevokeGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "RevokeGrant",
            connection,
            keyId,
            () => inner.Administration.RevokeGrantAsync(connection, keyId, grantId, cancellationToken),
            answer => answer.RequestId);

    /// <inheritdoc/>
    public Task<KmsAnswer> RetireGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        record.RecordAsync(
            "RetireGrant",
            connection,
            keyId,
            () => inner.Administration.RetireGrantAsync(connection, keyId, grantId, cancellationToken),
            answer => answer.RequestId);
}
