using System.Globalization;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Integrity;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// Moves the first events of a chain into a file. They are verified as they are written; the file is durable before an event of the chain tells of it, and
/// in the transaction of that event they leave the store. What was interrupted in between is there twice, and can be done again.
/// </summary>
public sealed class EventArchiveService
{
    private const int LongestName = 100;

    private readonly UnitOfWork _work;
    private readonly IStore _store;
    private readonly LogKeys _keys;
    private readonly ChainVerifier _verifier;
    private readonly string _storeId;
    private readonly FileEffects _effects = new();

    internal EventArchiveService(UnitOfWork work, IStore store, LogKeys keys, ChainVerifier verifier, string storeId) =>
        (_work, _store, _keys, _verifier, _storeId) = (work, store, keys, verifier, storeId);

    /// <summary>Finds the events of a chain that could leave the store.</summary>
    /// <param name="tenantId">The tenant; <see langword="null"/> for the store's own chain.</param>
    /// <param name="before">Those before the first one of this time or later.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>
    /// The events; <see langword="null"/> when there are none. Not among them are the last event of the chain, those of an unfinished migration or drill, and of
    /// the store's own chain the last anchor's.
    /// </returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public Task<ArchivedEvents?> PlanAsync(string? tenantId, DateTimeOffset before, CancellationToken cancellationToken = default) => _work.ReadAsync(
        async transaction =>
        {
            if (tenantId is not null)
            {
                await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            }

            string chain = tenantId ?? StoredEvent.StoreChain;
            if (await transaction.Events.ListChainAsync(chain, 0, 1).ConfigureAwait(false) is not [var first]
                || await transaction.Events.LastAsync(chain).ConfigureAwait(false) is not { } last)
            {
                return null;
            }

            long since = await transaction.Events.FindFirstSinceAsync(chain, before).ConfigureAwait(false) ?? last.Sequence;
            long upTo = Math.Min(Math.Min(since, last.Sequence), await FirstNeededAsync(transaction, tenantId).ConfigureAwait(false)) - 1;
            return upTo >= first.Sequence ? new ArchivedEvents { TenantId = tenantId, First = first.Sequence, Last = upTo } : null;
        },
        cancellationToken);

    /// <summary>The name of an archive in a folder for several.</summary>
    /// <param name="events">The events.</param>
    /// <returns>The name.</returns>
    public static string NameOf(ArchivedEvents events)
    {
        ArgumentNullException.ThrowIfNull(events);
        string whose = events.TenantId is null ? "store" : NameOfTenant(events.TenantId);
        return string.Create(CultureInfo.InvariantCulture, $"{whose}-events-{events.First}-{events.Last}.jsonl");
    }

    /// <summary>What the name of a file of a tenant's begins with.</summary>
    internal static string NameOfTenant(string tenantId)
    {
        string name = "tenant-" + Uri.EscapeDataString(tenantId);
        return name.Length <= LongestName
            ? name
            : string.Concat(name.AsSpan(0, LongestName), "-", Convert.ToHexStringLower(EventChain.Start(tenantId).AsSpan(0, 8)));
    }

    /// <summary>Moves the events of a chain into a file.</summary>
    /// <param name="tenantId">The tenant; <see langword="null"/> for the store's own chain.</param>
    /// <param name="before">Those before the first one of this time or later.</param>
    /// <param name="path">
    /// The file, by its full path; its owner alone may read it. One that is there is an error, unless it is an archive of events that are all in the store still, as an
    /// interrupted call leaves it.
    /// </param>
    /// <param name="cancellationToken">Ends it before the events leave the store, or not.</param>
    /// <returns>The events; <see langword="null"/> when there were none.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>; <c>EVENT_LOG_ALTERED</c>: an event does not verify; <c>STORE_LOCKED</c>: another process
    /// archived them meanwhile. Nothing left the store then.
    /// </exception>
    public async Task<ArchivedEvents?> ExportAsync(string? tenantId, DateTimeOffset before, string path, CancellationToken cancellationToken = default)
    {
        if (await PlanAsync(tenantId, before, cancellationToken).ConfigureAwait(false) is not { } plan)
        {
            return null;
        }

        string chain = tenantId ?? StoredEvent.StoreChain;
        bool replace = await IsLeftOverAsync(path, chain, cancellationToken).ConfigureAwait(false);
        ChainWalk written = await WriteAsync(chain, plan, path, replace, cancellationToken).ConfigureAwait(false);
        string hash = await EventArchive.Open(path).HashAsync(cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("EventArchiveService.ExportAsync", tenantId);
        await using var ended = operation.ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                bool isThere = await change.Store.Events.ListChainAsync(chain, 0, 1).ConfigureAwait(false) is [var first] && first.Sequence == plan.First
                    && await change.Store.Events.FindAsync(chain, plan.Last).ConfigureAwait(false) is { } last && last.Mac.AsSpan().SequenceEqual(written.Mac);
                if (!isThere)
                {
                    // What it holds is in the other one's file.
                    _ = FileFailure.Catch(path, "removed", () => _effects.Delete(path));
                    throw new TenantEncryptionException(ErrorCodes.StoreLocked, "Another process archived these events meanwhile.");
                }

                change.Record(
                    EventTypes.EventsArchived, tenantId, ArchivePoint.DataOf(plan.First, plan.Last, written.Mac, written.LogKeyId, hash, Path.GetFileName(path)));
                change.Afterwards = () => change.Store.Events.RemoveArchivedAsync(chain, plan.Last);
            },
            cancellationToken).ConfigureAwait(false);
        return plan with { Path = path, Hash = hash };
    }

    // The first event that something unfinished needs, or that the next anchor is verified by.
    private static async Task<long> FirstNeededAsync(IStoreTransaction transaction, string? tenantId)
    {
        if (tenantId is null)
        {
            return await AnchorEvents.FindLastAsync(transaction).ConfigureAwait(false) is { } last ? last.Event.Sequence - 1 : long.MaxValue;
        }

        long needed = long.MaxValue;
        if (await transaction.Migrations.FindUnfinishedAsync(tenantId).ConfigureAwait(false) is not null)
        {
            needed = await SequenceAsync(EventTypes.MigrationTriggered).ConfigureAwait(false);
        }

        long drill = await SequenceAsync(EventTypes.DrillStarted).ConfigureAwait(false);
        return drill > await SequenceAsync(EventTypes.DrillFinished).ConfigureAwait(false) ? Math.Min(needed, drill) : needed;

        async Task<long> SequenceAsync(string type) => (await transaction.Events.FindLastAsync(tenantId, type).ConfigureAwait(false))?.Sequence ?? 0;
    }

    private async Task<bool> IsLeftOverAsync(string path, string chain, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path))
        {
            return false;
        }

        EventArchive? archive = null;
        try
        {
            archive = EventArchive.Open(path);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.InvalidInput or ErrorCodes.StorageFailed or ErrorCodes.SourceNotFound)
        {
            // It is something else.
        }

        bool isLeftOver = archive is not null && archive.StoreId == _storeId && archive.Chain == chain
            && await _store.ReadAsync(transaction => transaction.Events.FindAsync(chain, archive.First), cancellationToken).ConfigureAwait(false) is not null
            && await _store.ReadAsync(transaction => transaction.Events.FindAsync(chain, archive.Last), cancellationToken).ConfigureAwait(false) is not null;
        return isLeftOver ? true : throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{path}' is there already.", remedy: "Use another name; an archive is never replaced.");
    }

    private async Task<ChainWalk> WriteAsync(string chain, ArchivedEvents plan, string path, bool replace, CancellationToken cancellationToken)
    {
        (ChainWalk walk, _, string? fault) = await _verifier.BeginAsync(chain, cancellationToken).ConfigureAwait(false);
        try
        {
            await OwnerFile.WriteAsync(
                _effects,
                path,
                async text =>
                {
                    await text.WriteLineAsync(EventArchive.Header(_storeId, chain, plan.First, plan.Last, walk.Mac)).ConfigureAwait(false);
                    await foreach (StoredEvent stored in _verifier.PagesAsync(chain, walk.Verified, cancellationToken).ConfigureAwait(false))
                    {
                        if (stored.Sequence > plan.Last)
                        {
                            break;
                        }

                        fault ??= await walk.FindFaultAsync(stored, cancellationToken).ConfigureAwait(false);
                        if (fault is not null)
                        {
                            throw new TenantEncryptionException(ErrorCodes.EventLogAltered, $"Nothing was archived: {fault}");
                        }

                        walk.Pass(stored);
                        await text.WriteLineAsync(EventArchive.Line(stored)).ConfigureAwait(false);
                    }
                },
                replace).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(path, "written", exception);
        }

        return walk;
    }
}
