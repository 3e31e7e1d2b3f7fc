namespace TenantEncryption.Stores;

/// <summary>What a transaction does.</summary>
public enum StoreAccess
{
    /// <summary>Reads a consistent snapshot.</summary>
    Read,

    /// <summary>Reads and changes, alone among writers.</summary>
    Write,
}
