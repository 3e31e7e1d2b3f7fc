using System.Reflection;
using System.Security.Cryptography;
using TenantEncryption.Anchors;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Reports.Html;
using TenantEncryption.Stores;

namespace TenantEncryption.Reports;

/// <summary>
/// Reports for auditors, from the store and its event log. One tenant after the other is read, each in a snapshot of its own with its whole chain; in memory
/// stays what the report shows.
/// </summary>
public sealed class ReportService
{
    private readonly UnitOfWork _work;
    private readonly EventLog _events;
    private readonly AnchorService _anchors;
    private readonly TenantFacts _tenants;
    private readonly Func<ReportedStore> _describe;
    private readonly string _actor;
    private readonly TimeProvider _time;
    private readonly FileEffects _effects = new();

    internal ReportService(
        UnitOfWork work, EventLog events, AnchorService anchors, MigrationRunners runners, Func<ReportedStore> describe, string actor, TimeProvider time)
    {
        (_work, _events, _anchors, _describe, _actor, _time) = (work, events, anchors, describe, actor, time);
        _tenants = new TenantFacts(work, runners);
    }

    /// <summary>Makes a report.</summary>
    /// <param name="tenantIds">The tenants that it shows, and of which alone it shows anything; <see langword="null"/> for all.</param>
    /// <param name="live">
    /// Whether to ask KMS for each master key's state, rotation, policy, grants and last use: five calls a key and region, which the log records. What it
    /// refuses is in the report.
    /// </param>
    /// <param name="progress">Told how many tenants were read, and of how many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The report. A tenant whose state does not verify is in it with the code, and nothing else of it.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>STORE_ALTERED</c>, <c>STORE_LOCKED</c>.</exception>
    public async Task<EncryptionReport> CollectAsync(
        IReadOnlyList<string>? tenantIds = null, bool live = false, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancellationToken = default)
    {
        DateTimeOffset begun = _time.GetUtcNow();
        string[] ids = [.. tenantIds?.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            ?? (IEnumerable<string>)await _work.ReadAsync(transaction => transaction.Tenants.ListIdsAsync(), cancellationToken).ConfigureAwait(false)];
        var exceptions = new List<ReportedException>();
        var keys = live ? new LiveKeyReader(_time) : null;
        var tenants = new List<ReportedTenant>(ids.Length);
        int done = 0;
        foreach (string id in ids)
        {
            try
            {
                tenants.Add(await ReadAsync(id, keys, exceptions, cancellationToken).ConfigureAwait(false));
            }
            catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.TenantNotFound && tenantIds is null)
            {
                // It was removed meanwhile, and its chain tells so.
            }

            progress?.Report((++done, ids.Length));
        }

        // What was read is behind these.
        IReadOnlyList<EventLogHeadState> heads = await TryAsync(() => _events.ListHeadsAsync(cancellationToken), exceptions).ConfigureAwait(false) ?? [];
        heads = [.. heads.Where(head => head.TenantId is null || tenantIds is null || ids.Contains(head.TenantId, StringComparer.Ordinal))];
        Dictionary<string, long?> kept = heads.Where(head => head.TenantId is not null).ToDictionary(head => head.TenantId!, head => head.Kept, StringComparer.Ordinal);
        IReadOnlyList<EventLogTestResult> verified = await VerifyAsync(tenantIds is null ? (string?[])[null] : ids, exceptions, cancellationToken).ConfigureAwait(false);
        exceptions.AddRange(ReportExceptions.Of(heads));
        exceptions.AddRange(ReportExceptions.Of(verified));
        ReportedStore store = _describe();
        return new EncryptionReport
        {
            CreatedAt = begun,
            CreatedBy = _actor,
            SoftwareVersion = typeof(ReportService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Scope = tenantIds is null ? null : ids,
            IsLive = live,
            Store = store,
            Cryptography = CryptographyFacts.Read(store.RootKeyProtection),
            Exceptions = exceptions,
            Tenants = [.. tenants.Select(tenant => tenant with { KeptHead = kept.GetValueOrDefault(tenant.TenantId) })],
            History = await ReadStoreAsync(tenants, tenantIds is null ? heads : [], cancellationToken).ConfigureAwait(false),
            Verification = verified,
            Heads = [.. heads.Where(head => head.TenantId is not { } id || tenants.All(tenant => tenant.TenantId != id))],
            Anchors = await ReadAnchorsAsync(cancellationToken).ConfigureAwait(false),
            Limits = [.. live ? [] : (ReportedLimit[])[ReportLimits.NotLive], .. ReportLimits.OfReports, .. ReportLimits.OfStore],
            Controls = ReportControls.All,
        };
    }

    /// <summary>Refuses a path at which something is.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>.</exception>
    public static void RequireFree(string path, bool replace) => OwnerFile.RequireFree(path, replace);

    /// <summary>Writes a report into a file that its owner alone may read, whole or not at all.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file, by its full path.</param>
    /// <param name="format">Its form.</param>
    /// <param name="replace">Whether a file that is there is replaced.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The file.</returns>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>.</exception>
    public async Task<ExportedReport> WriteAsync(
        EncryptionReport report, string path, ReportFormat format = ReportFormat.Html, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        RequireFree(path, replace);
        try
        {
            await OwnerFile.WriteAsync(
                _effects,
                path,
                text =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (format == ReportFormat.Json)
                    {
                        report.WriteJson(text);
                    }
                    else
                    {
                        ReportPage.Write(report, text);
                    }

                    return Task.CompletedTask;
                },
                replace).ConfigureAwait(false);
            FileStream written = File.OpenRead(path);
            await using var _ = written.ConfigureAwait(false);
            return new ExportedReport
            {
                Path = path,
                Format = format,
                CreatedAt = report.CreatedAt,
                Tenants = report.Tenants.Count,
                Exceptions = report.Exceptions.Count,
                Length = written.Length,
                Hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancellationToken).ConfigureAwait(false)),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            RequireFree(path, replace);
            throw FileFailure.Of(path, "written", exception);
        }
    }

    private async Task<ReportedTenant> ReadAsync(string tenantId, LiveKeyReader? keys, List<ReportedException> exceptions, CancellationToken cancellationToken)
    {
        try
        {
            // Before the snapshot: the log tells of these calls, too.
            IReadOnlyDictionary<string, IReadOnlyList<ReportedLiveKey>> live = keys is null
                ? new Dictionary<string, IReadOnlyList<ReportedLiveKey>>()
                : await AskAsync(tenantId, keys, cancellationToken).ConfigureAwait(false);
            ReportedTenant tenant = await _tenants.ReadAsync(tenantId, live, cancellationToken).ConfigureAwait(false);
            exceptions.AddRange(ReportExceptions.Of(tenant));
            return tenant;
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.StateAltered or ErrorCodes.StoreRolledBack)
        {
            exceptions.Add(new ReportedException(tenantId, "Tenant", exception.Code, $"{exception.Detail} Nothing that the store says of the tenant is shown."));
            return new ReportedTenant { TenantId = tenantId, Code = exception.Code };
        }
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<ReportedLiveKey>>> AskAsync(string tenantId, LiveKeyReader keys, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyProvider> providers = await _work.ReadAsync(
            async transaction =>
            {
                await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
                return await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId, Type = KeyProviderType.AwsKms }).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("ReportService.CollectAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        var live = new Dictionary<string, IReadOnlyList<ReportedLiveKey>>(StringComparer.Ordinal);
        foreach (KeyProvider provider in providers)
        {
            var regions = new List<ReportedLiveKey>();
            foreach (KeyRegion region in KeyRegion.All(provider))
            {
                regions.Add(await keys.ReadAsync(operation, region, cancellationToken).ConfigureAwait(false));
            }

            live.Add(provider.Id, regions);
        }

        return live;
    }

    // What could be said of other tenants is left out, unless the report is about all.
    private async Task<IReadOnlyList<ReportedEvent>> ReadStoreAsync(
        List<ReportedTenant> tenants, IReadOnlyList<EventLogHeadState> heads, CancellationToken cancellationToken)
    {
        bool isWhole = heads.Count > 0;
        string[] arns = [.. tenants.SelectMany(tenant => tenant.Providers).SelectMany(provider => (string?[])[provider.KeyArn, .. provider.ReplicaKeys]).OfType<string>()];
        HashSet<string> present = [.. tenants.Select(tenant => tenant.TenantId)];
        return await _work.ReadAsync(
            async transaction =>
            {
                (ChainFacts facts, _, _) = await TenantFacts.ReadChainAsync(transaction, StoredEvent.StoreChain, cancellationToken).ConfigureAwait(false);
                List<ReportedEvent> events = [.. facts.History.Where(one => isWhole || !IsOfKey(one) || arns.Any(arn => one.Detail.Contains(arn, StringComparison.Ordinal)))];
                foreach (EventLogHeadState head in heads.Where(head => head.TenantId is { } id && !present.Contains(id)))
                {
                    (ChainFacts removed, _, _) = await TenantFacts.ReadChainAsync(transaction, head.TenantId!, cancellationToken).ConfigureAwait(false);
                    events.AddRange(removed.History.Where(one => one.Topic == ReportTopic.Retirement));
                }

                return (IReadOnlyList<ReportedEvent>)[.. events.OrderBy(one => one.Time)];
            },
            cancellationToken).ConfigureAwait(false);

        static bool IsOfKey(ReportedEvent one) => !one.Type.Contains(".root.", StringComparison.Ordinal) && !one.Type.Contains(".store.", StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<EventLogTestResult>> VerifyAsync(string?[] tenantIds, List<ReportedException> exceptions, CancellationToken cancellationToken)
    {
        var results = new List<EventLogTestResult>();
        foreach (string? tenantId in tenantIds)
        {
            if (await TryAsync(() => _events.VerifyAsync(tenantId, cancellationToken: cancellationToken), exceptions).ConfigureAwait(false) is { } result)
            {
                results.Add(result);
            }
        }

        return results;
    }

    private async Task<ReportedAnchors?> ReadAnchorsAsync(CancellationToken cancellationToken)
    {
        (long count, Anchor? first, Anchor? last) = (0, null, null);
        await foreach (Anchor anchor in _anchors.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            (count, first, last) = (count + 1, first ?? anchor, anchor);
        }

        return first is null ? null : new ReportedAnchors(count, first, last!) { Publications = await _anchors.ListPublicationsAsync(cancellationToken).ConfigureAwait(false) };
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T>> look, List<ReportedException> exceptions)
        where T : class
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code is ErrorCodes.StorageFailed or ErrorCodes.EventsArchived)
        {
            exceptions.Add(new ReportedException(null, "Event log", exception.Code, exception.Detail));
            return null;
        }
    }
}
