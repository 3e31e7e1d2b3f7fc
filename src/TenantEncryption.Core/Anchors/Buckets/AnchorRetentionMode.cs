using Newtonsoft.Json;

namespace TenantEncryption.Anchors;

/// <summary>What Object Lock holds an anchor against (Amazon S3 user guide, "Locking objects with Object Lock", "Retention modes").</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum AnchorRetentionMode
{
    /// <summary>Against all but those who have s3:BypassGovernanceRetention.</summary>
    Governance,

    /// <summary>Against everybody, the account's root user included, until the retention ends. It can't be shortened.</summary>
    Compliance,
}
