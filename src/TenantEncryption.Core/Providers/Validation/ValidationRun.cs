using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Providers.Validation;

/// <summary>A test under way: what is tested, and what its checks found out for those after them.</summary>
internal sealed class ValidationRun(IKmsChannel kms, ValidationTarget target, DateTimeOffset now)
{
    /// <summary>The checks so far.</summary>
    public KeyProviderCheckList Checks { get; } = new();

    /// <summary>The KMS.</summary>
    public IKmsChannel Kms => kms;

    /// <summary>What is tested.</summary>
    public ValidationTarget Target => target;

    /// <summary>When.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The provider's own region.</summary>
    public ReviewedRegion Home => new(KeyRegion.Home(target.Provider), IsNeeded: true);

    /// <summary>The key's facts; <see langword="null"/> where they can't be seen.</summary>
    public KmsKeyDescription? Key { get; set; }

    /// <summary>The replicas to look at.</summary>
    public IReadOnlyList<ReviewedRegion> Replicas { get; set; } = [];

    /// <summary>What is known of the platform's own access.</summary>
    public PlatformProof Proof { get; set; } = PlatformProof.Needless;
}
