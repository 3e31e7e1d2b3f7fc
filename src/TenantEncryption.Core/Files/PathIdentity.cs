namespace TenantEncryption.Files;

/// <summary>
/// When two paths are one file. Windows has many spellings of one: in another case, after <c>\\?\</c>, with the short names of older programs. This is the one
/// place that knows them: for inputs and outputs, for the catalog, and for stores. What a link, a drive of another name or a share leads to is not followed.
/// </summary>
internal static class PathIdentity
{
    private const string Extended = @"\\?\";
    private const string ExtendedShare = @"\\?\UNC\";
    private const char ShortNameMark = '~';

    private static readonly bool IsCaseless = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();

    /// <summary>How names of files are compared: as the platform's file systems do by default.</summary>
    public static StringComparison Comparison { get; } = IsCaseless ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Compares full paths as <see cref="Comparison"/> says.</summary>
    public static StringComparer Comparer { get; } = StringComparer.FromComparison(Comparison);

    /// <summary>The one spelling of a path, but for its case: full, and on Windows without <c>\\?\</c> and with long names.</summary>
    /// <param name="path">A path.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Full(string path)
    {
        string full = Path.GetFullPath(path);
        return OperatingSystem.IsWindows() ? WithLongNames(WithoutPrefix(full)) : full;
    }

    /// <summary>What is equal, character by character, of all paths of one file, such as for a database's key: the path itself where case tells files apart.</summary>
    /// <param name="fullPath">A path that <see cref="Full"/> gave.</param>
    /// <returns>The key.</returns>
    public static string KeyOf(string fullPath)
    {
        ArgumentNullException.ThrowIfNull(fullPath);

        // What OrdinalIgnoreCase compares; Windows compares names by a table of upper-case letters, too.
        return IsCaseless ? fullPath.ToUpperInvariant() : fullPath;
    }

    // After the prefix Windows takes a name as it is written: one that it would write otherwise, as it ends with a dot, is another file's.
    internal static string WithoutPrefix(string full)
    {
        if (!full.StartsWith(Extended, StringComparison.Ordinal))
        {
            return full;
        }

        string plain = full.StartsWith(ExtendedShare, StringComparison.OrdinalIgnoreCase) ? @"\\" + full[ExtendedShare.Length..] : full[Extended.Length..];
        return Path.IsPathFullyQualified(plain) && Path.GetFullPath(plain) == plain ? plain : full;
    }

    // Only what is there has a short name, so the part of the path that is there is asked for its long one.
    private static string WithLongNames(string full)
    {
        for (string? there = full; there is not null && there.Contains(ShortNameMark, StringComparison.Ordinal); there = Path.GetDirectoryName(there))
        {
            if (WindowsFile.LongNameOf(there) is { } known)
            {
                return known + full[there.Length..];
            }
        }

        return full;
    }
}
