using TenantEncryption.Anchors;
using TenantEncryption.Errors;

namespace TenantEncryption.Events;

/// <summary>
/// What was kept of anchors, from everywhere, number by number: what was read already, and buckets that are read on the way, a few objects ahead.
/// </summary>
internal sealed class KeptAnchors : IAsyncDisposable
{
    private readonly SortedDictionary<long, AnchorMark> _listed;
    private readonly IReadOnlyList<(AnchorFolder Folder, IAsyncEnumerator<KeptAnchor> Anchors)> _folders;
    private readonly Dictionary<string, KeptAnchor> _next = new(StringComparer.Ordinal);

    private KeptAnchors(SortedDictionary<long, AnchorMark> listed, IReadOnlyList<(AnchorFolder, IAsyncEnumerator<KeptAnchor>)> folders) => (_listed, _folders) = (listed, folders);

    /// <summary>What is wrong with what was kept, in a sentence; <see langword="null"/> as far as nothing is.</summary>
    public string? Fault => _next.Values.FirstOrDefault(one => one.Fault is not null)?.Fault;

    /// <summary>The lowest number of which something is left; <see langword="null"/> at the end.</summary>
    public long? Next
    {
        get
        {
            long[] left = [.. _listed.Keys.Take(1), .. _next.Values.Select(one => one.Anchor).OfType<Anchor>().Select(anchor => anchor.Number)];
            return left.Length == 0 ? null : left.Min();
        }
    }

    /// <summary>The folders whose last anchor could be deleted now, as far as that can be seen.</summary>
    public IReadOnlyCollection<string> Unheld { get; private set; } = [];

    /// <summary>Begins.</summary>
    /// <param name="listed">What was read already, by number; it is used up.</param>
    /// <param name="folders">The buckets.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a bucket has no anchor of the store.</exception>
    public static async Task<KeptAnchors> BeginAsync(
        SortedDictionary<long, AnchorMark> listed, IReadOnlyList<(AnchorFolder Folder, AnchorFolderReader Reader)> folders, CancellationToken cancellationToken)
    {
        var kept = new KeptAnchors(listed, [.. folders.Select(one => (one.Folder, one.Reader.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken)))]);
        try
        {
            foreach ((AnchorFolder folder, IAsyncEnumerator<KeptAnchor> anchors) in kept._folders)
            {
                if (!await kept.MoveAsync(folder, anchors).ConfigureAwait(false))
                {
                    throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{folder.Place}' holds no anchor of this store, {folder.StoreId}.");
                }
            }

            return kept;
        }
        catch
        {
            await kept.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes all that was kept of an anchor.</summary>
    /// <param name="number">Its number: none that is lower is left.</param>
    /// <returns>The marks, which may be none.</returns>
    public async Task<IReadOnlyList<AnchorMark>> TakeAsync(long number)
    {
        var marks = new List<AnchorMark>();
        if (_listed.Remove(number, out AnchorMark? listed))
        {
            marks.Add(listed);
        }

        foreach ((AnchorFolder folder, IAsyncEnumerator<KeptAnchor> anchors) in _folders)
        {
            if (_next.TryGetValue(folder.Place, out KeptAnchor? next) && next.Anchor?.Number == number)
            {
                marks.Add(next.Anchor.Mark);
                if (!await MoveAsync(folder, anchors).ConfigureAwait(false) && !next.IsHeld)
                {
                    Unheld = [.. Unheld, folder.Place];
                }
            }
        }

        return marks;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, IAsyncEnumerator<KeptAnchor> anchors) in _folders)
        {
            await anchors.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> MoveAsync(AnchorFolder folder, IAsyncEnumerator<KeptAnchor> anchors)
    {
        bool more = await anchors.MoveNextAsync().ConfigureAwait(false);
        if (more)
        {
            _next[folder.Place] = anchors.Current;
        }
        else
        {
            _next.Remove(folder.Place);
        }

        return more;
    }
}
