using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>
/// Plans which files a command reads and where it writes: names, folders and collisions, before anything is done. What can't be planned is
/// that source's <see cref="FileRequest.Refusal"/> alone, and what is left out says so in <see cref="FileRequest.LeftOut"/>; the rest is worked on.
/// </summary>
public static class FilePlanner
{
    /// <summary>What the name of a protected file ends with.</summary>
    public const string Extension = ".tenc";

    private static readonly FileEffects Files = new();

    /// <summary>Plans the protection of files and folders: each output is the source's name and <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files; with <paramref name="recurse"/>, those below it, too.</param>
    /// <param name="destination">The folder for the outputs, or <c>s3://bucket/prefix</c>; <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, or the address of its object, for one input; or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole; below <paramref name="destination"/> their tree is kept.</param>
    /// <param name="cancellationToken">Ends the listing of folders.</param>
    /// <returns>
    /// The plan, in which each source is once and no two outputs are the same. Refused are: a second source of one target (<c>OUTPUT_EXISTS</c>) and a
    /// folder that can't be listed (<c>STORAGE_FAILED</c>). Left out are links, pipes, sockets and devices in a folder, and a folder without files.
    /// </returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: destination and output file together, or an output file for other than one input.</exception>
    public static IReadOnlyList<FileRequest> ForProtect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, CancellationToken cancellationToken = default)
    {
        RequireOneTarget(sources, destination, outFile);
        List<FileRequest> plan = Plan(sources, PlanRules.Protecting, destination, outFile, recurse, cancellationToken);
        RefuseTakenTargets(plan, ClaimsToProtect(Files));
        return plan;
    }

    /// <summary>Plans the reading of files and folders: each output is the source's name without <see cref="Extension"/>.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <param name="cancellationToken">Ends the listing of folders.</param>
    /// <returns>
    /// The plan, as that of <see cref="ForProtect"/>; of two sources with one target, the first that begins as a message does has it. Refused are also a
    /// source without the extension and neither destination nor output file, and what has the name of a message in a folder and is a pipe, socket or
    /// device (<c>INVALID_INPUT</c>).
    /// </returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: as <see cref="ForProtect"/>.</exception>
    public static IReadOnlyList<FileRequest> ForUnprotect(IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, CancellationToken cancellationToken = default)
    {
        RequireOneTarget(sources, destination, outFile);
        List<FileRequest> plan = Plan(sources, PlanRules.Unprotecting(isNamed: destination is not null || outFile is not null), destination, outFile, recurse, cancellationToken);
        RefuseTakenTargets(plan, ClaimsToUnprotect(Files));
        return plan;
    }

    /// <summary>Plans the verification of files and folders.</summary>
    /// <param name="sources">Full paths of files and folders. Of a folder, its files whose names end with <see cref="Extension"/>.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <param name="cancellationToken">Ends the listing of folders.</param>
    /// <returns>The plan, as that of <see cref="ForUnprotect"/>; nothing is written.</returns>
    public static IReadOnlyList<FileRequest> ForTest(IReadOnlyList<string> sources, bool recurse, CancellationToken cancellationToken = default) =>
        Plan(sources, PlanRules.Verifying, destination: null, outFile: null, recurse, cancellationToken);

    /// <summary>Passes over the files whose outputs exist, before anybody is asked about them.</summary>
    /// <param name="plan">A plan.</param>
    /// <returns>The plan, in which they are settled.</returns>
    public static IReadOnlyList<FileRequest> PassOverExisting(IReadOnlyList<FileRequest> plan) =>
        [.. plan.Select(file => !file.IsSettled && File.Exists(file.Destination) ? file with { PassedOver = true } : file)];

    /// <summary>A file that is a message already is not protected again, so it needs no target.</summary>
    internal static Func<FileRequest, bool> ClaimsToProtect(IFileEffects files) => file => SourceFile.BeginsMessage(files, file) == false;

    /// <summary>A file that is no message has nothing to write.</summary>
    internal static Func<FileRequest, bool> ClaimsToUnprotect(IFileEffects files) => file => SourceFile.BeginsMessage(files, file) == true;

    /// <summary>Refuses every second source of one target.</summary>
    /// <param name="files">The plan.</param>
    /// <param name="claims">Whether a source would be written to its target; asked where several have one.</param>
    /// <param name="comparer">What tells targets apart; as the file system does, when not given.</param>
    internal static void RefuseTakenTargets(IList<FileRequest> files, Func<FileRequest, bool> claims, StringComparer? comparer = null)
    {
        comparer ??= PathIdentity.Comparer;
        var first = new Dictionary<string, int>(files.Count, comparer);
        var taken = new Dictionary<string, string>(comparer);
        for (int i = 0; i < files.Count; i++)
        {
            FileRequest file = files[i];
            if (file.IsSettled || first.TryAdd(file.Destination, i))
            {
                continue;
            }

            FileRequest before = files[first[file.Destination]];
            if (!taken.ContainsKey(file.Destination) && claims(before))
            {
                taken.Add(file.Destination, before.Source);
            }

            if (claims(file) && !taken.TryAdd(file.Destination, file.Source))
            {
                files[i] = file with
                {
                    Refusal = new TenantEncryptionException(
                        ErrorCodes.OutputExists, $"'{file.Source}' would be written to '{file.Destination}', as '{taken[file.Destination]}' is."),
                };
            }
        }
    }

    private static void RequireOneTarget(IReadOnlyList<string> sources, string? destination, string? outFile)
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
    }

    // Of get-children-recursively, files and their folders come both: what was planned is not planned again.
    private static List<FileRequest> Plan(IReadOnlyList<string> sources, PlanRules rules, string? destination, string? outFile, bool recurse, CancellationToken stop)
    {
        var plan = new List<FileRequest>();
        HashSet<string>? planned = sources.Count > 1 ? new HashSet<string>(PathIdentity.Comparer) : null;
        foreach (string source in sources)
        {
            IEnumerable<FileRequest> found = Directory.Exists(source)
                ? OfFolder(source, rules, destination, recurse, stop)
                : [PlanRules.Request(source, path => outFile ?? (destination is null ? rules.Rename(path) : Below(destination, rules.Rename(Path.GetFileName(path)))))];
            plan.AddRange(planned is null ? found : found.Where(file => planned.Add(file.Source)));
        }

        return plan;
    }

    private static string Below(string destination, string name) =>
        ObjectAddress.IsOne(destination) ? ObjectAddress.Parse(destination).Join(name).ToString() : Path.Join(destination, name);

    private static List<FileRequest> OfFolder(string folder, PlanRules rules, string? destination, bool recurse, CancellationToken stop)
    {
        int rootLength = folder.Length + (Path.EndsInDirectorySeparator(folder) ? 0 : 1);
        List<ListedEntry> entries = FolderListing.List(folder, recurse, stop);
        List<FileRequest> found = new(entries.Count);
        foreach (ListedEntry entry in entries)
        {
            if (rules.Plan(entry, recurse, path => destination is null ? rules.Rename(path) : Below(destination, rules.Rename(path[rootLength..]))) is { } file)
            {
                found.Add(file);
            }
        }

        return found.Count > 0 ? found : [rules.Empty(folder, recurse)];
    }
}
