using Newtonsoft.Json;

namespace TenantEncryption.Stores;

/// <summary>What a transaction does.</summary>
[JsonConverter(typeof(EnumNameConverter))]
internal enum StoreAccess
{
    /// <summary>Reads a consistent snapshot.</summary>
    Read,

    /// <summary>Reads and changes, alone among writers.</summary>
    Write,
}
