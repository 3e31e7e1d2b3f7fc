using TenantEncryption.Errors;
using TenantEncryption.Events;

namespace TenantEncryption.Recovery;

/// <summary>
/// What a tenant's chain of events names, read from events that verify: every key and key provider that the tenant ever had is named in the event that brought it. So
/// one that is named and no longer there was retired, and an older key ring does not bring it back.
/// </summary>
internal sealed class RetiredNames
{
    private readonly HashSet<string> _named;

    private RetiredNames(HashSet<string> named, bool hadTenant, long archived, long end) => (_named, HadTenant, Archived, End) = (named, hadTenant, archived, end);

    /// <summary>Whether the chain tells of a tenant, which may be gone.</summary>
    public bool HadTenant { get; }

    /// <summary>The last event that is in an archive, whose names are not known; 0 for none.</summary>
    public long Archived { get; }

    /// <summary>The number of the last event.</summary>
    public long End { get; }

    /// <summary>Reads a chain.</summary>
    /// <param name="verifier">Verifies its events.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="ids">The ids to look for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TenantEncryptionException"><c>EVENT_LOG_ALTERED</c>.</exception>
    public static async Task<RetiredNames> ReadAsync(ChainVerifier verifier, string tenantId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        bool hadTenant = false;
        (ChainWalk walk, ArchivePoint? before, string? fault) = await verifier.BeginAsync(tenantId, cancellationToken).ConfigureAwait(false);
        Refuse(tenantId, fault);
        await foreach (StoredEvent stored in verifier.PagesAsync(tenantId, walk.Verified, cancellationToken).ConfigureAwait(false))
        {
            Refuse(tenantId, await walk.FindFaultAsync(stored, cancellationToken).ConfigureAwait(false));
            walk.Pass(stored);
            named.UnionWith(ids.Where(id => stored.Json.Contains(id, StringComparison.Ordinal)));
            string type = EventText.TypeOf(stored.Json);
            hadTenant |= Is(type, EventTypes.TenantCreated) || Is(type, EventTypes.TenantRemoved);
        }

        bool isStartTold = before is null || walk.Archives.Any(told => told.UpTo == before.UpTo && told.Mac.AsSpan().SequenceEqual(before.Mac));
        Refuse(tenantId, isStartTold ? null : $"event {before!.UpTo} is missing.");
        return new RetiredNames(named, hadTenant || before is not null, before?.UpTo ?? 0, walk.Verified);
    }

    /// <summary>Whether the tenant had a key or key provider, which the store has no longer.</summary>
    /// <exception cref="TenantEncryptionException"><c>EVENTS_ARCHIVED</c>: the events that would tell are in an archive.</exception>
    public bool Has(string id)
    {
        if (_named.Contains(id))
        {
            return true;
        }

        return Archived == 0 ? false : throw new TenantEncryptionException(
            ErrorCodes.EventsArchived,
            $"Whether {id} was retired can't be told: the tenant's events up to number {Archived} are in an archive.",
            remedy: "Import the ring into another store, and read with that.");
    }

    private static bool Is(string type, string suffix) => type.EndsWith("." + suffix, StringComparison.Ordinal);

    private static void Refuse(string tenantId, string? fault)
    {
        if (fault is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.EventLogAltered, $"The chain of events of tenant '{tenantId}', which tells what was retired: {fault}");
        }
    }
}
