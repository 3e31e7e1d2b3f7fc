using System.Runtime.CompilerServices;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Cataloguing;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Data;

/// <summary>
/// Brings the catalog up to date with the files of some folders: first <see cref="RunAsync"/>, which finds what is there, then one of
/// <see cref="ListMissingAsync"/> and <see cref="RemoveMissingAsync"/> for what is not. Where id and path of a message agree with the catalog, its header is
/// not authenticated; nothing enters the catalog, and no entry follows a file, unless the tag of the header verifies under a key of its tenant.
/// </summary>
public sealed class CatalogUpdate : IAsyncDisposable
{
    private readonly CatalogWork _work;
    private readonly IReadOnlyList<string> _paths;
    private readonly CatalogRun _run;
    private CatalogRoots? _roots;

    internal CatalogUpdate(CatalogWork work, IReadOnlyList<string> paths, CatalogUpdateOptions options)
    {
        (_work, _paths) = (work, paths);
        _run = new CatalogRun(work.Work.Begin("Catalog", options.TenantId), options);
    }

    /// <summary>How many files are as the catalog knows them: known at their paths, or about to be.</summary>
    public long Unchanged => _run.Unchanged;

    /// <summary>
    /// Looks at the files, in batches, and catalogues what is new and follows what was moved, with an event for each batch and tenant. A file that can't be
    /// looked at, and a folder that can't be listed, is an error that does not stop the rest, and nothing at or below it counts as missing.
    /// </summary>
    /// <param name="progress">Told of files, from any thread.</param>
    /// <param name="cancellationToken">Stops; batches that are in the catalog stay.</param>
    /// <returns>The files that differ from the catalog, errors, and what was left out.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, or the store's.</exception>
    public async IAsyncEnumerable<FileOutcome<CatalogChange>> RunAsync(
        IProgress<DataProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_run.Options.TenantId is { } tenantId)
        {
            await _work.Work.ReadAsync(transaction => transaction.Tenants.RequireAsync(tenantId), cancellationToken).ConfigureAwait(false);
        }

        await _work.ContextKeys.LearnAsync(cancellationToken).ConfigureAwait(false);
        CatalogRoots roots = await CatalogRoots.FindAsync(_work, _paths, cancellationToken).ConfigureAwait(false);
        await foreach (FileOutcome<CatalogChange> outcome in PlannedFiles.RunAsync(_work.Effects, roots.Files, files => LookAsync(files, progress, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Result is not null || outcome.Error is not null || outcome.Skipped is not null)
            {
                yield return outcome;
            }
        }

        _roots = roots;
    }

    /// <summary>Counts what is missing, for a question.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The counts of each file and folder that was named and where something is missing.</returns>
    public async Task<IReadOnlyList<MissingMessages>> CountMissingAsync(CancellationToken cancellationToken = default)
    {
        (CatalogRoots roots, MissingSearch search) = Search();
        var counts = new List<MissingMessages>();
        foreach (CatalogRoot root in roots.Roots)
        {
            var count = new MissingMessages(root.Name, 0, 0, 0);
            await foreach (MissingPage page in search.PagesAsync(root, cancellationToken).ConfigureAwait(false))
            {
                count = count with
                {
                    Known = count.Known + page.Known,
                    Missing = count.Missing + page.Missing.Count,
                    Kept = count.Kept + page.Missing.Count(entry => search.FindEmptyAbove(entry) is not null),
                };
            }

            if (count.Missing > 0)
            {
                counts.Add(count);
            }
        }

        return counts;
    }

    /// <summary>Lists the messages that the catalog knows at or below what was named and that are not there.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The missing ones.</returns>
    public async IAsyncEnumerable<FileOutcome<CatalogChange>> ListMissingAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (CatalogRoots roots, MissingSearch search) = Search();
        foreach (CatalogRoot root in roots.Roots)
        {
            await foreach (MissingPage page in search.PagesAsync(root, cancellationToken).ConfigureAwait(false))
            {
                foreach (CatalogEntry entry in page.Missing)
                {
                    yield return Outcome(entry, CatalogChangeStatus.Missing, search.FindEmptyAbove(entry));
                }
            }
        }
    }

    /// <summary>
    /// Removes the entries of messages that are not there, page by page, with an event for each page and tenant: nothing of them holds back the removal of their
    /// keys any more. Where nothing at all is in the folder of a missing one, or the nearest above it that is there, its disk may not be mounted: that is an
    /// error, and the entry stays.
    /// </summary>
    /// <param name="cancellationToken">Stops between pages.</param>
    /// <returns>What was removed, and what was not.</returns>
    public async IAsyncEnumerable<FileOutcome<CatalogChange>> RemoveMissingAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (CatalogRoots roots, MissingSearch search) = Search();
        if (_run.Options.IsRehearsal)
        {
            throw new InvalidOperationException("A rehearsal removes nothing.");
        }

        foreach (CatalogRoot root in roots.Roots)
        {
            var kept = new Dictionary<string, long>(StringComparer.Ordinal);
            await foreach (MissingPage page in search.PagesAsync(root, cancellationToken).ConfigureAwait(false))
            {
                foreach (IGrouping<string, CatalogEntry> tenant in page.Missing.Where(entry => search.FindEmptyAbove(entry) is null).GroupBy(entry => entry.TenantId))
                {
                    foreach (CatalogEntry entry in await new CatalogChanges(_work, _run, tenant.Key).RemoveAsync([.. tenant]).ConfigureAwait(false))
                    {
                        yield return Outcome(entry, CatalogChangeStatus.Removed, null);
                    }
                }

                foreach (CatalogEntry entry in page.Missing)
                {
                    if (search.FindEmptyAbove(entry) is { } empty)
                    {
                        kept[empty] = kept.GetValueOrDefault(empty) + 1;
                        yield return Outcome(entry, CatalogChangeStatus.Missing, empty);
                    }
                }
            }

            foreach ((string folder, long count) in kept)
            {
                yield return FileOutcome<CatalogChange>.Failed(folder, new TenantEncryptionException(
                    ErrorCodes.SourceNotFound,
                    $"Nothing at all is in '{folder}', as if its disk were not mounted; {Counted.Of(count, "file")} below it stayed in the catalog.",
                    remedy: "Mount the disk. If the files were deleted on purpose, delete the empty folder, too, and name one above it."));
            }
        }
    }

    /// <summary>Records the KMS calls that no event has told yet.</summary>
    /// <returns>When they are recorded.</returns>
    public ValueTask DisposeAsync() => _run.Operation.DisposeAsync();

    private FileOutcome<CatalogChange> Outcome(CatalogEntry entry, CatalogChangeStatus status, string? emptyFolder) => new()
    {
        Source = CatalogChanges.PathOf(_work, entry),
        Result = new CatalogChange
        {
            Path = CatalogChanges.PathOf(_work, entry),
            Status = status,
            TenantId = entry.TenantId,
            MessageId = entry.MessageId,
            KekId = entry.KekId,
            Detail = emptyFolder is null ? null : $"Nothing at all is in '{emptyFolder}': its disk may not be mounted.",
        },
    };

    private (CatalogRoots Roots, MissingSearch Search) Search() => _roots is { } roots
        ? (roots, new MissingSearch(_work, _run, roots))
        : throw new InvalidOperationException("What is there is looked at first: RunAsync to its end.");

    private IAsyncEnumerable<FileOutcome<CatalogChange>> LookAsync(FileRequest[] files, IProgress<DataProgress>? progress, CancellationToken cancellationToken)
    {
        var sum = new FileProgress(progress, progress is null ? [] : Array.ConvertAll(files, file => file.Source));
        return FileBatches.ReadAsync(
            new PlannedSupply<FileOutcome<CatalogChange>>(files.Length, (first, end) => new CatalogBatch(_work, _run, files[first..end], first, sum)), cancellationToken);
    }
}
