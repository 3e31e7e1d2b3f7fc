using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>
/// The part of testing a provider that concerns where it may fail over: which replicas its key has, and whether the regions that refused it
/// serve it again. What it learns is stored with the registration, authenticated.
/// </summary>
internal sealed class RegionReview(UnitOfWork work, KeySealer sealer)
{
    private const string CheckName = "Failover";

    /// <summary>How many calls of KMS a review makes, exactly, where nothing fails and the key is as it was registered.</summary>
    public static int CountCalls(EncryptionTenant tenant, KeyProvider provider) => provider.MultiRegion
        ? ReplicaSearch.Calls + (RefusedRegions(provider).Count() * (KeySources.CallsToMake(tenant, provider) + KeySources.CallsToOpen(provider)))
        : 0;

    /// <summary>Asks KMS.</summary>
    public async Task<RegionFindings> ReviewAsync(Operation operation, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        if (!provider.MultiRegion)
        {
            return RegionFindings.None;
        }

        IReadOnlyDictionary<string, long> refusals = await work.ReadAsync(
            transaction => transaction.Providers.CountRefusalsAsync(tenant.TenantId), cancellationToken).ConfigureAwait(false);
        var reopened = new List<string>();
        var checks = new List<KeyProviderCheck>();
        foreach (KeyRegion region in RefusedRegions(provider))
        {
            KeyProviderCheck check = await CheckAsync(operation, tenant, provider, region, cancellationToken).ConfigureAwait(false);
            checks.Add(check);
            if (check.Outcome == CheckOutcome.Passed)
            {
                reopened.Add(region.Region);
            }
        }

        return new RegionFindings
        {
            ReplicaKeys = await ReplicaSearch.FindAsync(operation.Kms, tenant, provider, cancellationToken).ConfigureAwait(false),
            Reopened = reopened,
            Refusals = refusals.GetValueOrDefault(provider.Id),
            Checks = checks,
        };
    }

    /// <summary>Stores what was found, if it changes anything.</summary>
    public static async Task ApplyAsync(Change change, KeyProvider provider, RegionFindings findings)
    {
        IReadOnlyDictionary<string, long> refusals = await change.Store.Providers.CountRefusalsAsync(provider.TenantId).ConfigureAwait(false);
        IReadOnlyList<string> reopened = refusals.GetValueOrDefault(provider.Id) == findings.Refusals ? findings.Reopened : [];
        KeyProvider reviewed = provider with
        {
            ReplicaKeys = findings.ReplicaKeys ?? provider.ReplicaKeys,
            RefusedRegions = [.. provider.RefusedRegions.Except(reopened, StringComparer.Ordinal)],
        };
        if (reviewed.ReplicaKeys.SequenceEqual(provider.ReplicaKeys) && reviewed.RefusedRegions.Count == provider.RefusedRegions.Count)
        {
            return;
        }

        await change.Store.Providers.UpdateAsync(reviewed).ConfigureAwait(false);
        await change.RaiseEpochAsync(provider.TenantId).ConfigureAwait(false);
        JObject data = ProviderData.Of(reviewed);
        data["replicaKeys"] = new JArray(reviewed.ReplicaKeys);
        data["refusedRegions"] = new JArray(reviewed.RefusedRegions);
        change.Record(EventTypes.ProviderUpdated, provider.TenantId, data);
    }

    private static IEnumerable<KeyRegion> RefusedRegions(KeyProvider provider) =>
        KeyRegion.All(provider).Where(region => provider.RefusedRegions.Contains(region.Region));

    private async Task<KeyProviderCheck> CheckAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, KeyRegion region, CancellationToken cancellationToken)
    {
        var check = new KeyProviderCheck { Name = CheckName, Subject = CheckSubject.Caller, Region = region.Region, Observed = "" };
        try
        {
            using SecretBytes probe = SecretBytes.Random(KeyRecordCipher.KeyLength);
            var kms = operation.Kms.At(region.Connection, region.KeyArn);
            KeyRecord record = await sealer.SealAsync(kms, probe, Identifiers.New(Identifiers.KekPrefix), tenant, provider, cancellationToken).ConfigureAwait(false);
            using SecretBytes opened = await sealer.OpenAsync(kms, record, provider, cancellationToken).ConfigureAwait(false);
            return CryptographicOperations.FixedTimeEquals(probe.Span, opened.Span)
                ? check with
                {
                    Outcome = CheckOutcome.Passed,
                    Code = ErrorCodes.Success,
                    Observed = $"The key was refused in {region.Region}; it works there again, so nothing keeps the provider from failing over.",
                }
                : throw new TenantEncryptionException(ErrorCodes.WrongKey);
        }
        catch (TenantEncryptionException exception)
        {
            return check with
            {
                Outcome = CheckOutcome.Warning,
                Code = exception.Code,
                Observed = $"The key was refused in {region.Region} and does not work there yet ({exception.Detail}): until it does, the provider does not fail over.",
                Remedy = exception.Remedy,
            };
        }
    }
}
