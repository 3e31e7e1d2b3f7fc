using Newtonsoft.Json;

namespace TenantEncryption.Data;

/// <summary>How a file and the catalog differ.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum CatalogChangeStatus
{
    /// <summary>A message of a tenant of this store that the catalog did not know, and knows now. Its header's tag was verified.</summary>
    New,

    /// <summary>A message that the catalog knew at another path, where it is no longer; the entry followed it. Its header's tag was verified.</summary>
    Moved,

    /// <summary>A message that the catalog knows at another path, where it still is: a message has one entry, which stays with that path.</summary>
    Copied,

    /// <summary>The catalog knows a message at the path, and nothing is there.</summary>
    Missing,

    /// <summary>The catalog knew a message at the path, where nothing is; the entry was removed.</summary>
    Removed,

    /// <summary>Not catalogued: no message, of no tenant here, under no key that is here, or with a header that does not verify. The code says which.</summary>
    Foreign,

    /// <summary>The path holds something else than the message that the catalog knows there. Nothing was changed.</summary>
    Substituted,
}
