using TenantEncryption.Kms;

namespace TenantEncryption.Recovery;

/// <summary>How a key ring is imported.</summary>
public sealed record KeyRingImportOptions
{
    /// <summary>The tenant that it must be of; <see langword="null"/> for whichever it is of.</summary>
    public string? TenantId { get; init; }

    /// <summary>
    /// The ARNs of the master keys that are the tenant's. A ring under no passphrase does not say so itself: of its key providers that the store does not know, these alone
    /// are taken.
    /// </summary>
    public IReadOnlyList<string> KeyArns { get; init; } = [];

    /// <summary>
    /// How KMS is reached for key providers that the store does not know. What it leaves open comes from the ring, if that is under a passphrase, and else from the AWS
    /// SDK's default chain.
    /// </summary>
    public KmsConnection Connection { get; init; } = new();
}
