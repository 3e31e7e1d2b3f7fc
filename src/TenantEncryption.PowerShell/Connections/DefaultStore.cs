using TenantEncryption.Files;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Where the store is when nobody says so.</summary>
internal static class DefaultStore
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "TENANTENCRYPTION_HOME";

    /// <summary>
    /// Whether a path is that of the default store, which makes itself: nobody named it in a command, so nobody can have misspelt it there.
    /// </summary>
    /// <param name="path">The full path.</param>
    public static bool Is(string path) => StorePath.Comparer.Equals(path, Folder);

    /// <summary>Whether the variable names the folder.</summary>
    public static bool IsNamed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>The folder: that of the variable, else one in the user's data folder (apart from the root keys, which are in the configuration folder).</summary>
    public static string Folder =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
            ? StorePath.Full(folder)
            : StorePath.Default;
}
