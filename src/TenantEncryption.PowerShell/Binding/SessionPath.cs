using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Spaces;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Resolves the paths that a user gives, relative to the session's location, to full paths of the file system; an address of objects stays as it is.</summary>
internal static class SessionPath
{
    private const string FileSystem = "FileSystem";

    /// <summary>A path as it is written, whether anything is there or not.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is; its pipeline thread calls.</param>
    /// <param name="path">The path.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: of another provider than FileSystem, or malformed; <c>SOURCE_NOT_FOUND</c>: no such drive.</exception>
    public static string Literal(PSCmdlet cmdlet, string path) =>
        ObjectAddress.IsOne(path) ? AddressOf(path) : Resolve(path, () =>
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return (provider, new[] { full });
        })[0];

    /// <summary>What a path with wildcards fits.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is; its pipeline thread calls.</param>
    /// <param name="path">The path.</param>
    /// <returns>The full paths of what is there; none when a wildcard fits nothing.</returns>
    /// <exception cref="TenantEncryptionException">
    /// As <see cref="Literal"/>; <c>SOURCE_NOT_FOUND</c> also when a path without wildcards does not exist, and when a file has the very name that was
    /// taken for a wildcard.
    /// </exception>
    public static IReadOnlyList<string> Expand(PSCmdlet cmdlet, string path)
    {
        // Asterisks and brackets are characters of a key as any other.
        if (ObjectAddress.IsOne(path))
        {
            return [AddressOf(path)];
        }

        IReadOnlyList<string> found = Resolve(path, () =>
        {
            IReadOnlyList<string> full = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
            return (provider, full);
        });
        return found.Count == 0 && System.IO.Path.Exists(Literal(cmdlet, path))
            ? throw new TenantEncryptionException(
                ErrorCodes.SourceNotFound,
                $"{path}: a wildcard that fits nothing, though something of that very name exists.",
                remedy: "Give the name with -LiteralPath.")
            : found;
    }

    // PowerShell would take s3: for a drive.
    private static string AddressOf(string path) => ObjectAddress.Parse(path).ToString();

    private static IReadOnlyList<string> Resolve(string path, Func<(ProviderInfo Provider, IReadOnlyList<string> Paths)> resolve)
    {
        try
        {
            (ProviderInfo provider, IReadOnlyList<string> paths) = resolve();
            return provider.Name == FileSystem
                ? paths
                : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"{path}: a path of the {provider.Name} provider; only files are taken.");
        }
        catch (ItemNotFoundException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.SourceNotFound, $"{path}: there is no such file or folder.", exception);
        }
        catch (System.Management.Automation.DriveNotFoundException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.SourceNotFound, $"{path}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is ProviderNotFoundException or ProviderInvocationException or PSArgumentException
            or PSInvalidOperationException or NotSupportedException or WildcardPatternException or IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"{path}: not a path: {exception.Message}", exception);
        }
    }
}
