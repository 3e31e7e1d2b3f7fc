using TenantEncryption.Errors;

namespace TenantEncryption;

/// <summary>The folders that an operating system gives a user, or all users of the machine.</summary>
internal static class KnownFolder
{
    // The names that Windows itself gives them. Whoever starts a program somewhere else, as a test in a folder of its own, sets them as elsewhere XDG_CONFIG_HOME.
    private static readonly Dictionary<Environment.SpecialFolder, string> Variables = new()
    {
        [Environment.SpecialFolder.LocalApplicationData] = "LOCALAPPDATA",
        [Environment.SpecialFolder.CommonApplicationData] = "ProgramData",
    };

    /// <summary>Where a folder is, whether it is there or not: on Windows as %LOCALAPPDATA% and %ProgramData% say.</summary>
    /// <param name="folder">Which.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: this account has none, as one without a profile.</exception>
    public static string Of(Environment.SpecialFolder folder) =>
        Require(
            (OperatingSystem.IsWindows() && Variables.TryGetValue(folder, out string? variable) ? Environment.GetEnvironmentVariable(variable) : null)
                ?? Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify),
            folder);

    // What follows from no folder would be relative: keys would come to lie wherever the process happens to work.
    internal static string Require(string path, Environment.SpecialFolder folder) => Path.IsPathFullyQualified(path)
        ? path
        : throw new TenantEncryptionException(
            ErrorCodes.StorageFailed,
            $"The account '{Environment.UserName}' has no folder {folder}.",
            remedy: "Run as an account with a profile that is loaded (of a scheduled task or a service: one that has signed in once).");
}
