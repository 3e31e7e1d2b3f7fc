using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>A file or folder that the caller named.</summary>
/// <param name="Name">Its full path.</param>
/// <param name="Key">The key of the name.</param>
/// <param name="Prefix">Of a folder, what the keys below it begin with.</param>
internal sealed record CatalogRoot(string Name, string Key, string? Prefix);

/// <summary>What the caller named: what is there to be looked at, and where something may be missing.</summary>
internal sealed class CatalogRoots
{
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    /// <summary>The files and folders, each once, and none below another.</summary>
    public IReadOnlyList<CatalogRoot> Roots { get; private set; } = [];

    /// <summary>The files to look at, and what can't be or need not be.</summary>
    public FileRequest[] Files { get; private set; } = [];

    /// <summary>Looks for them.</summary>
    /// <param name="work">The space and the catalog.</param>
    /// <param name="paths">Full paths of files and folders.</param>
    /// <param name="cancellationToken">Ends the listing of folders.</param>
    public static async Task<CatalogRoots> FindAsync(CatalogWork work, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var found = new CatalogRoots();
        var refused = new List<FileRequest>();
        var there = new List<string>();
        var roots = new List<CatalogRoot>();
        foreach (string path in paths)
        {
            string full = path;
            TenantEncryptionException? refusal = FileFailure.Catch(path, "read", () => full = PathIdentity.Full(path), cancellationToken);
            bool isFolder = refusal is null && Directory.Exists(full);
            if (refusal is null && !isFolder && await work.Space.ExistsAsync(full, cancellationToken).ConfigureAwait(false) == false)
            {
                refusal = await RefusalOfMissingAsync(work, full, cancellationToken).ConfigureAwait(false);
            }
            else if (refusal is null && (isFolder || !OutputFile.IsTemporary(full)))
            {
                there.Add(full);
            }

            if (refusal is null)
            {
                roots.Add(new CatalogRoot(full, work.Space.KeyOf(full), isFolder ? work.Space.PrefixOf(full) : null));
            }
            else
            {
                refused.Add(new FileRequest(path, path) { Refusal = refusal });
            }
        }

        found.Roots = Outermost(roots);
        found.Files = [.. refused, .. FilePlanner.ForTest(there, recurse: true, cancellationToken).Select(PlannedFiles.Normalize)];
        foreach (FileRequest closed in found.Files.Where(file => file.Refusal is not null))
        {
            found._closed.Add(work.Space.KeyOf(closed.Source));
        }

        return found;
    }

    /// <summary>Whether a name is one that could not be looked at, or below one.</summary>
    public bool IsClosed(string key)
    {
        if (_closed.Count == 0)
        {
            return false;
        }

        for (string? at = key; at is not null; at = Path.GetDirectoryName(at))
        {
            if (_closed.Contains(at))
            {
                return true;
            }
        }

        return false;
    }

    // A file that was deleted may be named, while its folder is there. A folder that is gone may be a disk that is not mounted.
    private static async Task<TenantEncryptionException?> RefusalOfMissingAsync(CatalogWork work, string path, CancellationToken cancellationToken)
    {
        string key = work.Space.KeyOf(path);
        (bool isKnown, bool isFolder) = await work.Work.ReadAsync(
            async transaction => (
                await transaction.Catalog.FindMessageIdAsync(work.Space.Address, key).ConfigureAwait(false) is not null,
                (await transaction.Catalog.ListBelowAsync(work.Space.Address, work.Space.PrefixOf(path), null, limit: 1).ConfigureAwait(false)).Count > 0),
            cancellationToken).ConfigureAwait(false);
        return isKnown && !isFolder && Directory.Exists(Path.GetDirectoryName(path)) ? null
            : isKnown || isFolder ? new TenantEncryptionException(
                ErrorCodes.SourceNotFound,
                $"'{path}' does not exist, though the catalog knows {(isFolder ? "messages below it" : "a message there, as its folder does not exist either")}. None of that counts as missing.",
                remedy: "Mount the disk on which it is. If it was deleted on purpose, name the nearest folder above it that is there.")
            : new TenantEncryptionException(ErrorCodes.SourceNotFound, $"'{path}' does not exist.");
    }

    private static CatalogRoot[] Outermost(List<CatalogRoot> roots) =>
    [
        .. roots.DistinctBy(root => root.Key).Where(root => !roots.Exists(other =>
            other.Prefix is not null && other.Key != root.Key && root.Key.StartsWith(other.Prefix, StringComparison.Ordinal))),
    ];
}
