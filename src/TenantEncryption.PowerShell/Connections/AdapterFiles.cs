using System.Runtime.InteropServices;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// The files that an adapter needs in <c>lib/</c>. The runtime looks for each when code first asks for it, which may be in the middle of a command, and then
/// tells of assemblies and not of files: so they are looked for before the adapter is.
/// </summary>
internal static class AdapterFiles
{
    private const string Sqlite = "TenantEncryption.Sqlite";

    /// <summary>The assemblies of an adapter: itself, and what it and its packages reference in <c>lib/</c>.</summary>
    /// <param name="adapter">Its simple name, such as <c>TenantEncryption.Sqlite</c>.</param>
    /// <returns>Simple names.</returns>
    public static string[] Assemblies(string adapter) => adapter switch
    {
        Sqlite => [adapter, "TenantEncryption.Sql", "Microsoft.Data.Sqlite", "SQLitePCLRaw.batteries_v2", "SQLitePCLRaw.core", "SQLitePCLRaw.provider.e_sqlite3"],
        "TenantEncryption.PostgreSql" =>
            [adapter, "TenantEncryption.Sql", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "Npgsql"],
        "TenantEncryption.Aws" => [adapter, "AWSSDK.Core", "AWSSDK.Extensions.Numerics", "AWSSDK.KeyManagementService", "AWSSDK.SecurityToken", "AWSSDK.SSO", "AWSSDK.SSOOIDC", "System.IO.Hashing"],
        "TenantEncryption.S3" => [adapter, "AWSSDK.S3", .. Assemblies("TenantEncryption.Aws")],
        _ => throw new ArgumentOutOfRangeException(nameof(adapter), adapter, "It is no adapter."),
    };

    /// <summary>Looks for the files of an adapter.</summary>
    /// <param name="folder">The full path of <c>lib/</c>.</param>
    /// <param name="adapter">Its simple name, such as <c>TenantEncryption.Sqlite</c>.</param>
    /// <exception cref="TenantEncryptionException"><c>INSTALLATION_INCOMPLETE</c>: one is missing.</exception>
    public static void Check(string folder, string adapter)
    {
        if (Assemblies(adapter).Select(name => Path.Combine(folder, name + ".dll")).FirstOrDefault(path => !File.Exists(path)) is { } missing)
        {
            throw Incomplete(folder, $"there is no file '{missing}'");
        }

        if (adapter == Sqlite
            && NativeLibraryPath.Candidates(folder, RuntimeInformation.RuntimeIdentifier, "e_sqlite3").ToArray() is var native && !Array.Exists(native, File.Exists))
        {
            throw Incomplete(folder, $"there is no SQLite for this platform, '{native[^1]}'");
        }
    }

    /// <summary>The error.</summary>
    /// <param name="folder">The full path of <c>lib/</c>.</param>
    /// <param name="fault">What is wrong, as a sentence without its end.</param>
    /// <param name="inner">What the runtime said.</param>
    /// <returns>The exception to throw.</returns>
    public static TenantEncryptionException Incomplete(string folder, string fault, Exception? inner = null) =>
        new(ErrorCodes.InstallationIncomplete, $"The module in '{Path.GetDirectoryName(folder)}' is not complete: {fault}.", inner);
}
