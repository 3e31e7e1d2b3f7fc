using TenantEncryption.Errors;

namespace TenantEncryption.Data;

/// <summary>Plans which files a command reads and where it writes: names, folders and collisions, before anything is done.</summary>
public static class FilePlanner
{
    /// <summary>What the name of a protected file ends with.</summary>
    public const string Extension = ".tenc";

    /// <summary>Plans the protection of files and folders: each output is the source's name and <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files; with <paramref name="recurse"/>, those below it, too.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole; below <paramref name="destination"/> their tree is kept.</param>
    /// <returns>The plan, in which no two outputs are the same.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>; <c>OUTPUT_EXISTS</c>: two sources have one target; <c>STORAGE_FAILED</c>: a folder can't be listed.</exception>
    public static IReadOnlyList<FileRequest> ForProtect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse) =>
        Plan(sources, destination, outFile, recurse, _ => true, path => path + Extension);

    /// <summary>Plans the reading of files and folders: each output is the source's name without <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <returns>The plan, in which no two outputs are the same.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>: also for a source without the extension and neither destination nor output file; <c>OUTPUT_EXISTS</c>; <c>STORAGE_FAILED</c>.
    /// </exception>
    public static IReadOnlyList<FileRequest> ForUnprotect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse) =>
        Plan(sources, destination, outFile, recurse, IsProtectedName, path => WithoutExtension(path, destination, outFile));

    /// <summary>Plans the verification of files and folders.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <returns>The full paths.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: a folder can't be listed.</exception>
    public static IReadOnlyList<string> ForTest(IReadOnlyList<string> sources, bool recurse) =>
        [.. sources.SelectMany(source => Expand(source, recurse, IsProtectedName)).Select(one => one.Path)];

    private static List<FileRequest> Plan(
        IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, Func<string, bool> takes, Func<string, string> rename)
    {
        if (destination is not null && outFile is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A destination folder and an output file exclude each other.");
        }

        (string Path, string Relative)[] files = [.. sources.SelectMany(source => Expand(source, recurse, takes))];
        if (outFile is not null && (files.Length != 1 || Directory.Exists(sources[0])))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"An output file is for one input file; there are {files.Length} inputs.");
        }

        var taken = new Dictionary<string, string>(PathComparer);
        var plan = new List<FileRequest>(files.Length);
        foreach ((string path, string relative) in files)
        {
            string target = outFile ?? (destination is null ? rename(path) : Path.GetFullPath(rename(relative), destination));
            if (!taken.TryAdd(target, path))
            {
                throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{taken[target]}' and '{path}' would both be written to '{target}'.");
            }

            plan.Add(new FileRequest(path, target));
        }

        return plan;
    }

    private static StringComparer PathComparer => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private static IEnumerable<(string Path, string Relative)> Expand(string source, bool recurse, Func<string, bool> takes)
    {
        if (!Directory.Exists(source))
        {
            return [(source, Path.GetFileName(source))];
        }

        // Links are not followed: they may lead out of the folder, or back into it.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = recurse,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        return Files.FileFailure.Translate(source, "listed", () => Directory.GetFiles(source, "*", options))
            .Where(path => takes(path) && !Files.OutputFile.IsTemporary(path))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Path.GetRelativePath(source, path)));
    }

    private static bool IsProtectedName(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static string WithoutExtension(string path, string? destination, string? outFile)
    {
        if (IsProtectedName(path) && Path.GetFileName(path).Length > Extension.Length)
        {
            return path[..^Extension.Length];
        }

        return destination is not null || outFile is not null
            ? path
            : throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"'{path}' does not end with {Extension}, so its output has no default name: give -Destination or -OutFile.");
    }
}
