namespace TenantEncryption.Files;

/// <summary>The folder of a store, as one and the same however it is spelled.</summary>
public static class StorePath
{
    /// <summary>Where a user's store is when nobody says so: apart from the root keys, which are in the configuration folder.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: this account has no such folder, as one without a profile.</exception>
    public static string Default => Path.Combine(KnownFolder.Of(Environment.SpecialFolder.LocalApplicationData), "TenantEncryption", "store");

    /// <summary>Compares full paths as the file system does.</summary>
    public static StringComparer Comparer => PathIdentity.Comparer;

    /// <summary>The full path of a folder, in the one spelling by which it is compared.</summary>
    /// <param name="path">Any spelling of it.</param>
    /// <returns>The full path.</returns>
    public static string Full(string path) => PathIdentity.Full(path);
}
