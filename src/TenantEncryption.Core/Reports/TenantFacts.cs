using TenantEncryption.Changes;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.Prices;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Reports;

/// <summary>Reads one tenant: its rows, which verify, and its whole chain, in one snapshot.</summary>
internal sealed class TenantFacts(UnitOfWork work, MigrationRunners runners)
{
    private const int PageSize = 512;

    /// <summary>Reads a tenant.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="live">What KMS answered, by provider; none where it was not asked.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="TenantEncryption.TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public Task<ReportedTenant> ReadAsync(string tenantId, IReadOnlyDictionary<string, IReadOnlyList<ReportedLiveKey>> live, CancellationToken cancellationToken) => work.ReadAsync(
        async transaction =>
        {
            EncryptionTenant tenant = await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            IReadOnlyList<KeyProvider> providers = await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
            IReadOnlyList<KeyEncryptionKey> keys = await transaction.Keys.ListAsync(tenantId).ConfigureAwait(false);
            var migrations = new List<KeyMigration>();
            foreach (KeyMigration migration in await transaction.Migrations.ListAsync(tenantId).ConfigureAwait(false))
            {
                migrations.Add(await runners.AsSeenAsync(transaction, migration).ConfigureAwait(false));
            }

            (ChainFacts facts, StoredEvent? last, long archived) = await ReadChainAsync(transaction, tenantId, cancellationToken).ConfigureAwait(false);
            return new ReportedTenant
            {
                TenantId = tenant.TenantId,
                DisplayName = tenant.DisplayName,
                Platform = tenant.Platform,
                Region = tenant.Region,
                Edition = tenant.Edition,
                Organization = tenant.Organization,
                Parent = tenant.Parent,
                KeyHierarchy = tenant.KeyHierarchy,
                KeyLeaseSeconds = tenant.KeyLease.TotalSeconds,
                UntracedReads = tenant.UntracedReads,
                CreatedAt = tenant.CreatedAt,
                Head = last is null ? null : EventLogHead.Of(tenantId, last.Sequence, last.Mac),
                ArchivedUpTo = archived,
                KmsCalls = facts.KmsCalls,
                KmsCallsCost = KmsPrices.OfCalls(facts.KmsCalls, facts.AskedRegions),
                MasterKeysMonthlyCost = KmsPrices.OfMonth([.. providers.Where(provider => provider.KeyArn is not null).SelectMany(KeyRegion.All).DistinctBy(region => region.KeyArn).Select(region => region.Region)]),
                Providers = [.. providers.Select(provider => ProviderOf(provider, facts, live.GetValueOrDefault(provider.Id)))],
                Keys = [.. keys.Select(key => KeyOf(key, facts))],
                Migrations = migrations,
                Drills = facts.Drills,
                History = facts.History,
            };
        },
        cancellationToken);

    /// <summary>Reads a chain from its first event that the store still has to its last.</summary>
    /// <returns>What it tells, its last event, and the number of the last event that is in an archive.</returns>
    public static async Task<(ChainFacts Facts, StoredEvent? Last, long ArchivedUpTo)> ReadChainAsync(
        IStoreTransaction transaction, string chain, CancellationToken cancellationToken)
    {
        var facts = new ChainFacts();
        StoredEvent? last = null;
        long? first = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<StoredEvent> page = await transaction.Events.ListChainAsync(chain, last?.Sequence ?? 0, PageSize).ConfigureAwait(false);
            foreach (StoredEvent stored in page)
            {
                first ??= stored.Sequence;
                last = stored;
                facts.Add(EventText.Read(stored));
            }

            if (page.Count < PageSize)
            {
                return (facts, last, (first ?? 1) - 1);
            }
        }
    }

    private static ReportedProvider ProviderOf(KeyProvider provider, ChainFacts facts, IReadOnlyList<ReportedLiveKey>? live)
    {
        KeyIdentifier? key = provider.KeyArn is { } arn ? KeyIdentifier.Parse(arn) : null;
        KmsConnection connection = provider.Connection;
        return new ReportedProvider
        {
            Id = provider.Id,
            Name = provider.Name,
            Description = provider.Description,
            Type = provider.Type,
            Status = provider.Status,
            OwnerAccount = key?.AccountId,
            KeyArn = provider.KeyArn,
            KeyIdentifier = provider.KeyIdentifier,
            Region = key is null ? null : KeyRegion.Home(provider).Region,
            MultiRegion = provider.MultiRegion,
            ReplicaKeys = provider.ReplicaKeys,
            RefusedRegions = provider.RefusedRegions,
            EndpointUrl = connection.EndpointUrl,
            FipsEndpoint = key is null || connection.EndpointUrl is not null ? null : connection.FipsEndpoints ?? key.Partition == GovCloud,
            RoleArn = connection.RoleArn,
            ContextValue = provider.ContextValue,
            SecondLayer = provider.SecondLayer,
            CreatedAt = provider.CreatedAt,
            PromotedToCurrentAt = provider.PromotedToCurrentAt,
            DemotedFromCurrentAt = provider.DemotedFromCurrentAt,
            Keys = provider.KeyCount,
            Messages = provider.MessageCount,
            Values = provider.ValueCount,
            RequiredGrants = provider.Grants,
            LastTest = facts.TestOf(provider.Id),
            LastUse = provider.KeyArn is null ? null : facts.UseOf([provider.KeyArn, .. provider.ReplicaKeys]),
            Live = live,
        };
    }

    // Its calls go to FIPS endpoints where nothing else is said.
    private const string GovCloud = "aws-us-gov";

    private static ReportedKey KeyOf(KeyEncryptionKey key, ChainFacts facts) => new()
    {
        KekId = key.KekId,
        ProviderId = key.ProviderId,
        Provider = key.ProviderName ?? key.ProviderId,
        Status = key.Status,
        CreatedAt = key.CreatedAt,
        ReplacedAt = facts.ReplacedAt(key.KekId),
        ReservedWraps = key.ReservedWraps,
        WrapLimit = WrapReservations.DefaultWrapLimit,
        Messages = key.Messages,
    };
}
