namespace TenantEncryption.Data;

/// <summary>Whether a catalogued message is at its path.</summary>
public enum CatalogState
{
    /// <summary>Written to a temporary file and about to take its name.</summary>
    Pending,

    /// <summary>At its path, as far as is known.</summary>
    Present,
}
