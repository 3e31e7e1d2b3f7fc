using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers.Validation;

/// <summary>Tests providers and keys, and draws the consequences: a refusal ends what the provider opened, and the result is noted.</summary>
internal sealed class KeyProviderTester(
    UnitOfWork work, KeyLeases leases, KeyProviderValidator validator, RegionReview regions, RefusalLog refusals, TimeProvider time)
{
    /// <summary>The other tenants whose providers stand on the same key.</summary>
    public static async Task<IReadOnlyList<EncryptionTenant>> SharersAsync(IStoreTransaction transaction, KeyProvider provider)
    {
        IReadOnlyList<KeyProvider> same = await transaction.Providers.ListAsync(new KeyProviderFilter { KeyArn = provider.KeyArn }).ConfigureAwait(false);
        var sharers = new List<EncryptionTenant>();
        foreach (string tenantId in same.Select(one => one.TenantId).Where(id => id != provider.TenantId).Distinct(StringComparer.Ordinal))
        {
            sharers.Add(await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false));
        }

        return sharers;
    }

    /// <summary>How many calls of KMS a test of a provider of the store makes, exactly, where nothing fails and the key is as it was registered.</summary>
    public int CountCalls(EncryptionTenant tenant, KeyProvider provider) =>
        CountChecks(tenant, provider) + RegionReview.CountCalls(tenant, provider);

    /// <summary>How many of them the checks themselves make, without the look at regions that refused.</summary>
    public int CountChecks(EncryptionTenant tenant, KeyProvider provider) => validator.CountCalls(new ValidationTarget(tenant, provider, []));

    /// <summary>Tests a provider of the store.</summary>
    public async Task<KeyProviderTestResult> TestAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, bool offline, CancellationToken cancellationToken)
    {
        ValidationTarget target = await TargetAsync(tenant, provider, cancellationToken).ConfigureAwait(false);
        KeyProviderTestResult result = await validator.TestAsync(operation.Kms, target, offline, cancellationToken).ConfigureAwait(false);
        if (offline)
        {
            return result;
        }

        if (!result.Success && ErrorCatalog.Get(result.Code).Kind != ErrorKind.Unavailable)
        {
            leases.EndOfProvider(provider.Id);
        }

        RegionFindings findings = await regions.ReviewAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        result = result with { Checks = result.Checks.Concat(findings.Checks).ToArray() };
        await work.ChangeAsync(
            operation,
            StoreScope.Of(provider.TenantId),
            async change =>
            {
                KeyProvider now = await change.Store.Providers.RequireAsync(provider.Id).ConfigureAwait(false);
                if (findings != RegionFindings.None)
                {
                    await RegionReview.ApplyAsync(change, now, findings).ConfigureAwait(false);
                    now = await change.Store.Providers.RequireAsync(provider.Id).ConfigureAwait(false);
                }

                await change.Store.Providers.NoteTestAsync(now.Id, result.Time, result.Code).ConfigureAwait(false);
                JObject data = ProviderData.Of(now);
                data["code"] = result.Code;
                if (now.MultiRegion)
                {
                    data["replicaKeys"] = new JArray(now.ReplicaKeys);
                    data["refusedRegions"] = new JArray(now.RefusedRegions);
                }

                string[] warnings = [.. result.Checks.Where(check => check.Outcome == CheckOutcome.Warning).Select(check => check.Code).OfType<string>()];
                if (warnings.Length > 0)
                {
                    data["warnings"] = new JArray(warnings);
                }

                KeyProviderCheck[] failed = [.. result.Checks.Where(check => check.Outcome == CheckOutcome.Failed)];
                if (failed.Length > 0)
                {
                    data["failedChecks"] = new JArray(failed.Select(Describe));
                }

                change.Record(EventTypes.ProviderTested, tenant.TenantId, data);
            },
            cancellationToken).ConfigureAwait(false);
        await NoteRefusalsAsync(provider, result).ConfigureAwait(false);
        return result;
    }

    // What was seen stays out: it is as long as a policy.
    private static JObject Describe(KeyProviderCheck check)
    {
        var data = new JObject { ["check"] = check.Name, ["subject"] = check.Subject.ToString(), ["code"] = check.Code };
        if (check.Region is not null)
        {
            data["region"] = check.Region;
        }

        return data;
    }

    // What KMS itself answered: that a policy would refuse the platform's principals is no answer of KMS to the one who opens keys here.
    private async Task NoteRefusalsAsync(KeyProvider provider, KeyProviderTestResult result)
    {
        if (provider.KeyArn is null)
        {
            return;
        }

        foreach (KeyProviderCheck refusal in result.Checks
            .Where(check => check is { Outcome: CheckOutcome.Failed, Subject: CheckSubject.Caller, Code: { } code } && KeyRefusal.Is(code))
            .DistinctBy(check => check.Region))
        {
            await refusals.NoteAsync(provider, refusal.Region ?? KeyRegion.Home(provider).Region, refusal.Code!).ConfigureAwait(false);
        }
    }

    /// <summary>Tests a provider of the store, and refuses one that does not work.</summary>
    /// <exception cref="TenantEncryptionException">The code of the failed test.</exception>
    public async Task RequireWorkingAsync(Operation operation, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) =>
        RefuseFailed(
            await TestAsync(operation, tenant, provider, offline: false, cancellationToken).ConfigureAwait(false), "does not work", $"It stays {provider.Status}.");

    /// <summary>Tests a provider that is not registered yet, and refuses one that does not work.</summary>
    /// <exception cref="TenantEncryptionException">The code of the failed test.</exception>
    public async Task RequireWorkingDraftAsync(Operation operation, EncryptionTenant tenant, KeyProvider draft, CancellationToken cancellationToken) =>
        RefuseFailed(
            await TestDraftAsync(operation, tenant, draft, offline: false, cancellationToken).ConfigureAwait(false), "does not work", "The tenant was not made.");

    /// <summary>Tests a provider that a key ring has no key of, and refuses one that does not work.</summary>
    /// <exception cref="TenantEncryptionException">The code of the failed test.</exception>
    public async Task RequireWorkingImportAsync(Operation operation, EncryptionTenant tenant, KeyProvider draft, CancellationToken cancellationToken) =>
        RefuseFailed(
            await TestDraftAsync(operation, tenant, draft, offline: false, cancellationToken).ConfigureAwait(false), "does not work", "It was not imported.");

    /// <summary>Tests a provider as an update would have it, and refuses one that would not work. Nothing is noted, and no lease ends: the provider is as it was.</summary>
    /// <exception cref="TenantEncryptionException">The code of the failed test.</exception>
    public async Task RequireWorkingUpdateAsync(Operation operation, EncryptionTenant tenant, KeyProvider updated, CancellationToken cancellationToken)
    {
        ValidationTarget target = await TargetAsync(tenant, updated, cancellationToken).ConfigureAwait(false);
        RefuseFailed(
            await validator.TestAsync(operation.Kms, target, offline: false, cancellationToken).ConfigureAwait(false),
            "would not work with the new connection",
            "Nothing was changed.");
    }

    /// <summary>Tests a key that is not registered.</summary>
    public async Task<KeyProviderTestResult> TestAsync(Operation operation, KeyCandidate candidate, bool offline, CancellationToken cancellationToken)
    {
        TenantIdRule.Check(candidate.TenantId);
        EncryptionTenant tenant = await work.ReadAsync(transaction => TenantOfAsync(transaction, candidate), cancellationToken).ConfigureAwait(false);
        KeyProvider provider;
        try
        {
            var registration = new NewKeyProvider
            {
                TenantId = tenant.TenantId,
                Name = candidate.KeyIdentifier,
                KeyIdentifier = candidate.KeyIdentifier,
                ContextValue = candidate.ContextValue,
                Parameters = candidate.Parameters,
                From = candidate.From,
                Connection = candidate.Connection,
            };
            provider = await ProviderRegistration.DraftAsync(
                offline ? null : operation.Kms,
                tenant,
                ProviderRegistration.WithShown(tenant.Profile, registration),
                time.GetUtcNow(),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException fault) when (fault.Code is not (ErrorCodes.InvalidInput or ErrorCodes.MalformedPolicy or ErrorCodes.TemplateMismatch))
        {
            return validator.Fail(tenant, candidate.KeyIdentifier, fault);
        }

        return await TestDraftAsync(operation, tenant, provider, offline, cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseFailed(KeyProviderTestResult result, string fault, string consequence)
    {
        if (!result.Success)
        {
            KeyProviderCheck failed = result.Checks.First(check => check.Outcome == CheckOutcome.Failed);
            throw new TenantEncryptionException(
                result.Code,
                $"The key provider '{result.Name}' of tenant '{result.TenantId}' {fault}. {failed.Name}: {failed.Observed.TrimEnd('.')}. {consequence}")
            { KeyArn = result.KeyArn, Region = failed.Region };
        }
    }

    private static async Task<EncryptionTenant> TenantOfAsync(IStoreTransaction transaction, KeyCandidate candidate)
    {
        if (candidate.Platform is not { } profile)
        {
            return await transaction.Tenants.RequireAsync(candidate.TenantId).ConfigureAwait(false);
        }

        EncryptionTenant? known = await transaction.Tenants.FindAsync(candidate.TenantId).ConfigureAwait(false);
        return known?.Platform == profile.Name ? known : new EncryptionTenant { TenantId = candidate.TenantId, Platform = profile.Name, Profile = profile };
    }

    private async Task<KeyProviderTestResult> TestDraftAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider draft, bool offline, CancellationToken cancellationToken)
    {
        ValidationTarget target = await TargetAsync(tenant, draft with { Id = "" }, cancellationToken).ConfigureAwait(false);
        return await validator.TestAsync(operation.Kms, target, offline, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ValidationTarget> TargetAsync(EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) => new(
        tenant,
        provider,
        provider.KeyArn is null ? [] : await work.ReadAsync(transaction => SharersAsync(transaction, provider), cancellationToken).ConfigureAwait(false));
}
