using System.Runtime.CompilerServices;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>Looks for catalogued messages that are not where they should be, page by page: whatever the size of the catalog, in little memory.</summary>
internal sealed class MissingSearch(CatalogWork work, CatalogRun run, CatalogRoots roots)
{
    private const int PageSize = 2048;
    private const int MostFolders = 4096;

    private readonly Dictionary<string, string?> _emptyAbove = new(StringComparer.Ordinal);

    /// <summary>Looks at or below a root.</summary>
    public async IAsyncEnumerable<MissingPage> PagesAsync(CatalogRoot root, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CatalogEntry? after = null;
        while (true)
        {
            IReadOnlyList<CatalogEntry> page = await ReadAsync(root, after, cancellationToken).ConfigureAwait(false);
            var missing = new List<CatalogEntry>();
            long known = 0;
            foreach (CatalogEntry entry in page)
            {
                if (run.Options.TenantId is null || run.Options.TenantId == entry.TenantId)
                {
                    known++;
                    if (await IsMissingAsync(entry, cancellationToken).ConfigureAwait(false))
                    {
                        missing.Add(entry);
                    }
                }
            }

            yield return new MissingPage(known, missing);
            if (root.Prefix is null || page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1];
        }
    }

    /// <summary>The folder of something missing, or the nearest one above it that is there, when nothing at all is in it.</summary>
    public string? FindEmptyAbove(CatalogEntry missing)
    {
        string folder = Path.GetDirectoryName(missing.Name) ?? missing.Name;
        if (!_emptyAbove.TryGetValue(folder, out string? empty))
        {
            if (_emptyAbove.Count >= MostFolders)
            {
                _emptyAbove.Clear();
            }

            _emptyAbove[folder] = empty = work.Space.FindEmptyAbove(missing.Name);
        }

        return empty;
    }

    private Task<IReadOnlyList<CatalogEntry>> ReadAsync(CatalogRoot root, CatalogEntry? after, CancellationToken cancellationToken) => work.Work.ReadAsync<IReadOnlyList<CatalogEntry>>(
        async transaction => root.Prefix is { } prefix
            ? await transaction.Catalog.ListBelowAsync(work.Space.Address, prefix, after, PageSize).ConfigureAwait(false)
            : await transaction.Catalog.FindAsync(work.Space.Address, root.Key).ConfigureAwait(false) is { } entry ? [entry] : [],
        cancellationToken);

    private async ValueTask<bool> IsMissingAsync(CatalogEntry entry, CancellationToken cancellationToken) =>
        !run.WasSeenElsewhere(entry.MessageId)
        && !roots.IsClosed(entry.Key)
        && !(entry.Version.Length == 0 && roots.WasListed(entry.Key))
        && await work.Space.ExistsAsync(entry.Name, entry.Version, cancellationToken).ConfigureAwait(false) == false;
}

/// <summary>A page of the catalog.</summary>
/// <param name="Known">How many of its entries count.</param>
/// <param name="Missing">Those of them whose messages are not there.</param>
internal sealed record MissingPage(long Known, IReadOnlyList<CatalogEntry> Missing);
