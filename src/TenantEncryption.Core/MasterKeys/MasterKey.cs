using System.Globalization;
using TenantEncryption.Grants;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.MasterKeys;

/// <summary>
/// A customer master key as AWS KMS shows it to this caller. What may not be seen is <see langword="null"/>, and <see cref="Notes"/> says why.
/// </summary>
public sealed record MasterKey
{
    /// <summary>The key ARN.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The key's region.</summary>
    public required string Region { get; init; }

    /// <summary>The key state in KMS's words: <c>Enabled</c>, <c>Disabled</c>, <c>PendingDeletion</c>, …</summary>
    public required string State { get; init; }

    /// <summary>The key spec, <c>SYMMETRIC_DEFAULT</c> for one that this product can use.</summary>
    public required string Spec { get; init; }

    /// <summary>The key usage, <c>ENCRYPT_DECRYPT</c> for one that this product can use.</summary>
    public required string Usage { get; init; }

    /// <summary>Where the key material comes from, such as <c>AWS_KMS</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Who manages the key: <c>CUSTOMER</c> or <c>AWS</c>.</summary>
    public required string Manager { get; init; }

    /// <summary>The description that its owner gave it.</summary>
    public string? Description { get; init; }

    /// <summary>The names of its aliases in its region, each with its <c>alias/</c>.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Whether KMS rotates the material by itself.</summary>
    public bool? Rotation { get; init; }

    /// <summary>The days between rotations.</summary>
    public int? RotationPeriodInDays { get; init; }

    /// <summary>When it rotates next.</summary>
    public DateTimeOffset? NextRotation { get; init; }

    /// <summary>Whether it is a multi-Region key.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>Whether it is the primary of a multi-Region key.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>The other keys of a multi-Region key, primary and replicas.</summary>
    public IReadOnlyList<MasterKeyReplica> Replicas { get; init; } = [];

    /// <summary>The grants on the key in its region.</summary>
    public IReadOnlyList<KeyGrant>? Grants { get; init; }

    /// <summary>The tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The key providers of the store, of all tenants, that hang on the key in any of its regions.</summary>
    public IReadOnlyList<KeyProvider> Providers { get; init; } = [];

    /// <summary>
    /// The last use in its region that KMS has on record, up to an hour late; <see langword="null"/> for none since <see cref="UsageTrackedSince"/>.
    /// </summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The operation of the last use, such as <c>Decrypt</c>.</summary>
    public string? LastOperation { get; init; }

    /// <summary>The id of its CloudTrail event, which tells by whom: KMS itself does not.</summary>
    public string? LastEventId { get; init; }

    /// <summary>The id of the request that it was.</summary>
    public string? LastRequestId { get; init; }

    /// <summary>Since when KMS has recorded the key's uses; those before are in CloudTrail alone. <see langword="null"/> where it can't be seen.</summary>
    public DateTimeOffset? UsageTrackedSince { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The day on which a key pending deletion is deleted; <see langword="null"/> too while a primary waits for its replicas' deletion.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>What could not be seen, and what should be known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How it was reached.</summary>
    public KmsConnection Connection { get; init; } = new();

    /// <summary>The AWS profile by which it was reached, if one: New-KeyProvider takes it from the object, as it does the next three.</summary>
    public string? ProfileName => Connection.ProfileName;

    /// <summary>The endpoint at which it was reached, where that was not AWS's own.</summary>
    public string? EndpointUrl => Connection.EndpointUrl;

    /// <summary>The role by which it was reached, if one.</summary>
    public string? RoleArn => Connection.RoleArn;

    /// <summary>The external id with which the role was assumed, if one.</summary>
    public string? ExternalId => Connection.ExternalId;

    /// <summary>The ARNs of the key in all of its regions.</summary>
    internal IEnumerable<string> AllArns => [KeyArn, .. Replicas.Select(replica => replica.KeyArn)];

    /// <summary>The last use of the key, for people, such as <c>last used 2026-11-28 01:00:00Z (Decrypt, CloudTrail event 4d2f…, request 9a1c…)</c>.</summary>
    /// <returns>The text, without a full stop; <see langword="null"/> where it can't be seen.</returns>
    public string? DescribeLastUse() =>
        LastUsedAt is { } used
            ? $"last used {used.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)} ({LastOperation}, CloudTrail event {LastEventId}, request {LastRequestId})"
            : UsageTrackedSince is { } since ? $"not used since {since.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}, as far as AWS KMS has on record" : null;

    /// <inheritdoc/>
    public override string ToString() => Aliases is [var alias, ..] ? $"{alias} ({KeyArn})" : KeyArn;
}
