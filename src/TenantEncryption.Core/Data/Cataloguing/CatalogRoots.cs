using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

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
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>The files and folders, each once, and none below another.</summary>
    public IReadOnlyList<CatalogRoot> Roots { get; private set; } = [];

    /// <summary>The files to look at, and what can't be or need not be.</summary>
    public FileRequest[] Files { get; private set; } = [];

    /// <summary>Looks for them.</summary>
    /// <param name="work">The space and the catalog.</param>
    /// <param name="paths">Full paths of files and folders, or addresses in the bucket.</param>
    /// <param name="cancellationToken">Ends the listing of folders.</param>
    public static async Task<CatalogRoots> FindAsync(CatalogWork work, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (work.Space is BucketSpace bucket)
        {
            return await FindAsync(work, bucket, paths, cancellationToken).ConfigureAwait(false);
        }

        var found = new CatalogRoots();
        var refused = new List<FileRequest>();
        var there = new List<string>();
        var roots = new List<CatalogRoot>();
        foreach (string path in paths)
        {
            string full = path;
            TenantEncryptionException? refusal = FileFailure.Catch(path, "read", () => full = PathIdentity.Full(path), cancellationToken);
            bool isFolder = refusal is null && Directory.Exists(full);
            if (refusal is null && !isFolder && await work.Space.ExistsAsync(full, "", cancellationToken).ConfigureAwait(false) == false)
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

    /// <summary>Whether a name was just listed, so that it need not be looked for.</summary>
    public bool WasListed(string key) => _listed.Contains(key);

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

    // What can't be listed makes nothing missing; an object that was deleted may be named, where the catalog knows it.
    private static async Task<CatalogRoots> FindAsync(CatalogWork work, BucketSpace bucket, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        var found = new CatalogRoots();
        var files = new List<FileRequest>();
        var roots = new List<CatalogRoot>();
        foreach (string text in addresses)
        {
            var address = ObjectAddress.Parse(text);
            IReadOnlyList<FileRequest> planned = await ObjectPlanner.PlanAsync(work.Spaces, address.ToString(), output: null, recurse: true, cancellationToken).ConfigureAwait(false);
            if (!address.IsPrefix
                && await bucket.ExistsAsync(address.Key, "", cancellationToken).ConfigureAwait(false) == false
                && await work.Work.ReadAsync(transaction => transaction.Catalog.FindMessageIdAsync(bucket.Address, address.Key), cancellationToken).ConfigureAwait(false) is null)
            {
                planned = [new FileRequest(text, text) { Refusal = new TenantEncryptionException(ErrorCodes.SourceNotFound, $"There is no object '{address}'.") }];
            }

            // Another endpoint may have a bucket of the same name, as a folder may be a disk that is not mounted.
            if (address.IsPrefix
                && planned.All(file => file.LeftOut is not null)
                && (await work.Work.ReadAsync(
                    transaction => transaction.Catalog.ListBelowAsync(bucket.Address, address.Key, null, limit: 1), cancellationToken).ConfigureAwait(false)).Count > 0)
            {
                planned = [new FileRequest(text, text)
                {
                    Refusal = new TenantEncryptionException(
                        ErrorCodes.SourceNotFound,
                        $"Nothing is below '{address}', though the catalog knows messages there. None of them counts as missing.",
                        remedy: "Check whose endpoint is asked. If they were deleted on purpose, name a shorter prefix that has others, or each of them."),
                }];
            }

            files.AddRange(planned);
            if (planned.All(file => file.Refusal is null))
            {
                roots.Add(new CatalogRoot(address.ToString(), address.Key, address.IsPrefix ? address.Key : null));
                found._listed.UnionWith(address.IsPrefix ? planned.Where(file => !file.IsSettled).Select(file => bucket.NameOf(file.Source)) : []);
            }
        }

        found.Roots = Outermost(roots);
        found.Files = [.. files.DistinctBy(file => file.Source)];
        return found;
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
