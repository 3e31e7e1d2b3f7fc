using Newtonsoft.Json;

namespace TenantEncryption.Migration;

/// <summary>How far a migration is.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum MigrationState
{
    /// <summary>Recorded; nothing was done.</summary>
    New,

    /// <summary>A process works on it.</summary>
    InProgress,

    /// <summary>The target is Active. Items that failed are listed and can be retried.</summary>
    Completed,

    /// <summary>No process works on it; resuming goes on where it stopped.</summary>
    Suspended,

    /// <summary>Ended for good before it was complete.</summary>
    Stopped,

    /// <summary>Could not go on; resuming tries again.</summary>
    Failed,
}
