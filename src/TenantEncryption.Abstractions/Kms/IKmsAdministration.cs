namespace TenantEncryption.Kms;

/// <summary>
/// The calls of AWS KMS by which keys, policies and grants are looked at and changed. As with <see cref="IKms"/>, the region is the
/// connection's, every failure is a <see cref="TenantEncryptionException"/>, and implementations are thread-safe. A change is
/// known everywhere in KMS within seconds, at times minutes (AWS KMS Developer Guide, "Eventual consistency").
/// </summary>
public interface IKmsAdministration
{
    /// <summary>As whom this connection calls (sts:GetCallerIdentity).</summary>
    Task<KmsAnswer<KmsCaller>> GetCallerAsync(KmsConnection connection, CancellationToken cancellationToken);

    /// <summary>Asks whether an operation would be permitted, without doing it (KMS's DryRun).</summary>
    /// <param name="connection">Where and as whom to call.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="keyId">The key ARN.</param>
    /// <param name="encryptionContext">The pairs of the call.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer when it would be permitted; a refusal throws as the operation itself would.</returns>
    Task<KmsAnswer> DryRunAsync(
        KmsConnection connection,
        DryRunOperation operation,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken);

    /// <summary>
    /// Makes a symmetric encryption key (kms:CreateKey, and kms:TagResource where it has tags). KMS can't tell a second try from a
    /// second key, so the call is made once: when it has no answer, a key may have been made.
    /// </summary>
    Task<KmsKeyDescription> CreateKeyAsync(KmsConnection connection, NewKmsKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a replica of a multi-Region primary; the connection's region is the primary's (kms:ReplicateKey). The replica is
    /// Creating when this returns, and Enabled a little later.
    /// </summary>
    /// <exception cref="TenantEncryptionException"><c>REPLICA_EXISTS</c>.</exception>
    Task<KmsKeyDescription> ReplicateKeyAsync(
        KmsConnection connection, string keyId, string replicaRegion, NewKmsKey replica, CancellationToken cancellationToken);

    /// <summary>Gives a key an alias (kms:CreateAlias).</summary>
    /// <exception cref="TenantEncryptionException"><c>ALIAS_EXISTS</c>.</exception>
    Task<KmsAnswer> CreateAliasAsync(KmsConnection connection, string aliasName, string keyId, CancellationToken cancellationToken);

    /// <summary>Takes an alias away (kms:DeleteAlias).</summary>
    Task<KmsAnswer> DeleteAliasAsync(KmsConnection connection, string aliasName, CancellationToken cancellationToken);

    /// <summary>The names of a key's aliases, each with its <c>alias/</c> (kms:ListAliases).</summary>
    Task<KmsAnswer<IReadOnlyList<string>>> ListAliasesAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>The key policy, as JSON text (kms:GetKeyPolicy).</summary>
    Task<KmsAnswer<string>> GetKeyPolicyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Replaces the key policy; KMS's lockout safety check is never bypassed (kms:PutKeyPolicy).</summary>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>.</exception>
    Task<KmsAnswer> PutKeyPolicyAsync(KmsConnection connection, string keyId, string policy, CancellationToken cancellationToken);

    /// <summary>The last use of the key that KMS has on record (kms:GetKeyLastUsage), for keys of the caller's account.</summary>
    Task<KmsAnswer<KmsLastUsage>> GetLastUsageAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Whether the key's material is rotated (kms:GetKeyRotationStatus).</summary>
    Task<KmsAnswer<KmsRotation>> GetRotationAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Has KMS rotate the key's material, or not (kms:EnableKeyRotation, kms:DisableKeyRotation).</summary>
    Task<KmsAnswer> SetRotationAsync(KmsConnection connection, string keyId, bool enabled, CancellationToken cancellationToken);

    /// <summary>Rotates the key's material now, which a key allows 25 times (kms:RotateKeyOnDemand). The call is made once, as CreateKey's.</summary>
    Task<KmsAnswer> RotateNowAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Enables a key (kms:EnableKey).</summary>
    Task<KmsAnswer> EnableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Disables a key (kms:DisableKey).</summary>
    Task<KmsAnswer> DisableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Has a key deleted after a waiting period of 7 to 30 days (kms:ScheduleKeyDeletion).</summary>
    /// <returns>When it is deleted; <see langword="null"/> where KMS waits for replicas first.</returns>
    Task<KmsAnswer<DateTimeOffset?>> ScheduleDeletionAsync(
        KmsConnection connection, string keyId, int pendingWindowInDays, CancellationToken cancellationToken);

    /// <summary>Keeps a key whose deletion is scheduled; it is Disabled then (kms:CancelKeyDeletion).</summary>
    Task<KmsAnswer> CancelDeletionAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Replaces the description (kms:UpdateKeyDescription).</summary>
    Task<KmsAnswer> UpdateDescriptionAsync(KmsConnection connection, string keyId, string description, CancellationToken cancellationToken);

    /// <summary>Adds tags, or replaces their values (kms:TagResource).</summary>
    Task<KmsAnswer> TagAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    /// <summary>The key's tags (kms:ListResourceTags).</summary>
    Task<KmsAnswer<IReadOnlyDictionary<string, string>>> ListTagsAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>Makes a grant (kms:CreateGrant).</summary>
    Task<KmsAnswer<KmsGrantToken>> CreateGrantAsync(
        KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken);

    /// <summary>Asks whether a grant could be made, without making it (kms:CreateGrant, DryRun).</summary>
    Task<KmsAnswer> DryRunGrantAsync(KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken);

    /// <summary>The key's grants (kms:ListGrants).</summary>
    Task<KmsAnswer<IReadOnlyList<KmsGrant>>> ListGrantsAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken);

    /// <summary>One grant of a key (kms:ListGrants with its id).</summary>
    /// <returns>The grant; <see langword="null"/> where the key has no such grant, or no longer.</returns>
    Task<KmsAnswer<KmsGrant?>> FindGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken);

    /// <summary>Takes a grant away, as the key's owner (kms:RevokeGrant).</summary>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>.</exception>
    Task<KmsAnswer> RevokeGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken);

    /// <summary>Gives a grant back, as its retiring principal (kms:RetireGrant).</summary>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>.</exception>
    Task<KmsAnswer> RetireGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken);
}
