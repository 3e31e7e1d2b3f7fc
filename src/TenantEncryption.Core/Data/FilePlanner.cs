using TenantEncryption.Data.Files;
using TenantEncryption.Errors;

namespace TenantEncryption.Data;

/// <summary>
/// Plans which files a command reads and where it writes: names, folders and collisions, before anything is done. What can't be planned is
/// that source's <see cref="FileRequest.Refusal"/> alone; the rest is worked on.
/// </summary>
public static class FilePlanner
{
    /// <summary>What the name of a protected file ends with.</summary>
    public const string Extension = ".tenc";

    /// <summary>Plans the protection of files and folders: each output is the source's name and <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files; with <paramref name="recurse"/>, those below it, too.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole; below <paramref name="destination"/> their tree is kept.</param>
    /// <returns>
    /// The plan, in which no two outputs are the same. Refused are: a second source of one target (<c>OUTPUT_EXISTS</c>) and a folder that can't be listed
    /// (<c>STORAGE_FAILED</c>).
    /// </returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: destination and output file together, or an output file for other than one input.</exception>
    public static IReadOnlyList<FileRequest> ForProtect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse) =>
        Plan(sources, destination, outFile, recurse, _ => true, path => path + Extension);

    /// <summary>Plans the reading of files and folders: each output is the source's name without <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <returns>
    /// The plan, as that of <see cref="ForProtect"/>. Refused is also a source without the extension and neither destination nor output file
    /// (<c>INVALID_INPUT</c>).
    /// </returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: as <see cref="ForProtect"/>.</exception>
    public static IReadOnlyList<FileRequest> ForUnprotect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse) =>
        Plan(sources, destination, outFile, recurse, IsProtectedName, path => WithoutExtension(path, isNamed: destination is not null || outFile is not null));

    /// <summary>Plans the verification of files and folders.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <returns>The full paths.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: a folder can't be listed.</exception>
    public static IReadOnlyList<string> ForTest(IReadOnlyList<string> sources, bool recurse) =>
        [.. sources.SelectMany(source => Directory.Exists(source) ? List(source, recurse, IsProtectedName) : [source])];

    /// <summary>Refuses every second source of one target.</summary>
    internal static void RefuseTakenTargets(IList<FileRequest> files)
    {
        var taken = new Dictionary<string, string>(files.Count, OutputFolder.PathComparer);
        for (int i = 0; i < files.Count; i++)
        {
            FileRequest file = files[i];
            if (file.Refusal is null && !taken.TryAdd(file.Destination, file.Source))
            {
                files[i] = file with
                {
                    Refusal = new TenantEncryptionException(
                        ErrorCodes.OutputExists, $"'{file.Source}' would be written to '{file.Destination}', as '{taken[file.Destination]}' is."),
                };
            }
        }
    }

    private static List<FileRequest> Plan(
        IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, Func<string, bool> takes, Func<string, string> rename)
    {
        if (destination is not null && outFile is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A destination folder and an output file exclude each other.");
        }

        if (outFile is not null && (sources.Count != 1 || Directory.Exists(sources[0])))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"An output file is for one input file; there are {(sources.Count == 1 ? "those of a folder" : sources.Count)}.");
        }

        var plan = new List<FileRequest>();
        foreach (string source in sources)
        {
            try
            {
                if (!Directory.Exists(source))
                {
                    plan.Add(new FileRequest(source, outFile ?? (destination is null ? rename(source) : Path.Join(destination, rename(Path.GetFileName(source))))));
                    continue;
                }

                int rootLength = source.Length + (Path.EndsInDirectorySeparator(source) ? 0 : 1);
                string[] files = List(source, recurse, takes);
                plan.EnsureCapacity(plan.Count + files.Length);
                foreach (string path in files)
                {
                    plan.Add(new FileRequest(path, destination is null ? rename(path) : Path.Join(destination, rename(path[rootLength..]))));
                }
            }
            catch (TenantEncryptionException exception)
            {
                plan.Add(new FileRequest(source, source) { Refusal = exception });
            }
        }

        RefuseTakenTargets(plan);
        return plan;
    }

    private static string[] List(string folder, bool recurse, Func<string, bool> takes)
    {
        // Links are not followed: they may lead out of the folder, or back into it.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = recurse,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        string[] files = FileFailure.Translate(folder, "listed", () => Directory.GetFiles(folder, "*", options));
        files = Array.FindAll(files, path => takes(path) && !OutputFile.IsTemporary(path));
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static bool IsProtectedName(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static string WithoutExtension(string path, bool isNamed) =>
        IsProtectedName(path) && Path.GetFileName(path.AsSpan()).Length > Extension.Length ? path[..^Extension.Length]
        : isNamed ? path
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"'{path}' does not end with {Extension}, so its output has no default name: give -Destination or -OutFile.");
}
