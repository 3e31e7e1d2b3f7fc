using TenantEncryption.Errors;

namespace TenantEncryption.Sql.Statements;

/// <summary>What is said of a store that can't be used, in the same words of each database.</summary>
internal static class StoreFailure
{
    /// <summary>Another writer kept it for longer than the timeout.</summary>
    public static TenantEncryptionException Locked(string location, TimeSpan timeout, Exception? cause = null) =>
        new(ErrorCodes.StoreLocked, $"The store '{location}' was locked by another writer for {timeout.TotalSeconds:0.###} seconds.", cause);

    /// <summary>It has a schema that this software does not know.</summary>
    public static TenantEncryptionException Newer(string location, long version, int known) =>
        new(ErrorCodes.StoreNewer, $"The store '{location}' has schema version {version}; this software knows versions up to {known}.");

    /// <summary>There is none, and none is to be made.</summary>
    public static TenantEncryptionException NotFound(string location, Exception? cause = null) =>
        new(ErrorCodes.StoreNotFound, $"There is no store in '{location}'; nothing was made.", cause);

    /// <summary>It was altered past this software.</summary>
    /// <param name="location">The store.</param>
    /// <param name="difference">In what, as a clause.</param>
    public static TenantEncryptionException Altered(string location, string difference) =>
        new(ErrorCodes.StoreAltered, $"The store '{location}' was altered: {difference}.");

    /// <summary>It can't be used for a cause in words.</summary>
    public static TenantEncryptionException Unusable(string location, string cause, Exception? inner = null) =>
        new(ErrorCodes.StoreUnusable, $"The store '{location}' can't be used: {cause}", inner);

    /// <summary>What it lies on failed.</summary>
    public static TenantEncryptionException Failed(string location, string cause, Exception? inner = null) =>
        new(ErrorCodes.StorageFailed, $"The store '{location}' could not be read or written: {cause}", inner);
}
