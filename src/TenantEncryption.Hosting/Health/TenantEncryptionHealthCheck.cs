using Microsoft.Extensions.Diagnostics.HealthChecks;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Providers;

namespace TenantEncryption.Hosting;

/// <summary>
/// Whether the service can serve. Its data are counts and codes: what a probe prints may be read by anyone, and names neither a tenant nor a key nor a path.
/// </summary>
internal sealed class TenantEncryptionHealthCheck(TenantEncryptionService service, TenantEncryptionHealthSettings settings, int mostAnchorsBehind) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            IReadOnlyList<EventLogHeadState> heads = await service.Events.ListHeadsAsync(cancellationToken).ConfigureAwait(false);
            int rolledBack = heads.Count(head => head.RolledBack);
            if (rolledBack > 0)
            {
                return Unhealthy(context, ErrorCodes.StoreRolledBack, null, ("chains", heads.Count), ("rolledBack", rolledBack));
            }

            if (settings.VerifyChains && await service.Events.VerifyAsync(cancellationToken: cancellationToken).ConfigureAwait(false) is { Success: false } log)
            {
                return Unhealthy(context, log.Code, null, ("chains", heads.Count));
            }

            return await CheckAnchorsAsync(await CheckProvidersAsync(heads.Count, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure)
        {
            return Unhealthy(context, failure.Code, failure);
        }
    }

    // Anchors go on being made while a place can't be reached; what hides from an auditor is how far it lags behind.
    private async Task<HealthCheckResult> CheckAnchorsAsync(HealthCheckResult before, CancellationToken cancellationToken)
    {
        AnchorPublication[] places = [.. (await service.Anchors.ListPublicationsAsync(cancellationToken).ConfigureAwait(false)).Where(place => place.IsScheduled)];
        if (places.Length == 0)
        {
            return before;
        }

        long behind = places.Max(place => place.Behind);
        var data = new Dictionary<string, object>(before.Data) { ["anchorsBehind"] = behind };
        return before.Status != HealthStatus.Healthy || behind <= mostAnchorsBehind
            ? new HealthCheckResult(before.Status, before.Description, before.Exception, data)
            : HealthCheckResult.Degraded($"A place outside the store lacks {behind} anchors of the event log.", data: data);
    }

    private async Task<HealthCheckResult> CheckProvidersAsync(int chains, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyProvider> active = await service.Providers.ListAsync(
            new KeyProviderFilter { Status = KeyProviderStatus.Active }, cancellationToken).ConfigureAwait(false);
        var failed = new SortedSet<string>(StringComparer.Ordinal);
        int failing = 0;
        foreach (KeyProvider provider in active)
        {
            string? code = settings.CallKms && provider.Type == KeyProviderType.AwsKms
                ? (await service.Providers.TestAsync(provider.Id, offline: false, cancellationToken).ConfigureAwait(false)).Code
                : provider.LastTest;
            if (code is not (null or ErrorCodes.Success))
            {
                failing++;
                failed.Add(code);
            }
        }

        string? rootKey = settings.CallKms ? await service.RootKey.TestAsync(cancellationToken).ConfigureAwait(false) : service.RootKey.Failure;
        if (rootKey is not (null or ErrorCodes.Success))
        {
            // Tenants under a customer's key are served on.
            return HealthCheckResult.Degraded(
                $"The root key can't be had, and what the internal KMS keeps is shut: {rootKey}.",
                data: new Dictionary<string, object> { ["chains"] = chains, ["providers"] = active.Count, ["rootKey"] = rootKey });
        }

        var data = new Dictionary<string, object> { ["chains"] = chains, ["providers"] = active.Count, ["failing"] = failing, ["codes"] = string.Join(' ', failed) };
        return failing == 0
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded($"{failing} of {active.Count} Active key providers did not work when they were tested: {string.Join(", ", failed)}.", data: data);
    }

    // A failure's text may name a path: it goes to the host's log, and code and cause to whoever asks.
    private static HealthCheckResult Unhealthy(HealthCheckContext context, string code, TenantEncryptionException? failure, params (string Name, object Value)[] counts)
    {
        var data = counts.ToDictionary(count => count.Name, count => count.Value);
        data["code"] = code;
        return new HealthCheckResult(context.Registration.FailureStatus, $"{code}: {ErrorCatalog.Get(code).Cause}", failure, data);
    }
}
