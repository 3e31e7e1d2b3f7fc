using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>Whether a platform asks for multi-Region keys.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum MultiRegionRule
{
    /// <summary>It does not matter.</summary>
    Optional,

    /// <summary>The key needs a replica in the backup region that the platform names for its own, where it names one.</summary>
    ReplicaInBackupRegion,
}
