using Newtonsoft.Json;

namespace TenantEncryption.Migration;

/// <summary>How far one item of a migration is.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum MigrationItemState
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Sealed by the target and verified; not yet in place.</summary>
    Staged,

    /// <summary>In place.</summary>
    Done,

    /// <summary>Could not be moved; it stays with its old provider.</summary>
    Failed,
}
