using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Validation;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>
/// Puts what a plan takes of a key ring into the store, in one transaction: each key once it was opened through its provider. Nothing becomes Active or Current by it.
/// </summary>
internal sealed class KeyRingImporter(UnitOfWork work, RingRecords records, KeyMaker keyMaker, KeyProviderTester tester, TimeProvider time)
{
    // NIST SP 800-38D §8.3: a key wraps no more often.
    private const long MostWraps = 1L << 32;

    /// <summary>How many calls of KMS an import makes, where nothing fails.</summary>
    public int CountCalls(KeyRingDraft draft) =>
        draft.Keys.Sum(placed => RingRecords.CallsOf(draft.Tenant, placed.Opener, placed.Keeper)) + WithoutKeys(draft, draft.Keys).Sum(provider => tester.CountChecks(draft.Tenant, provider));

    /// <summary>Imports it.</summary>
    public async Task<KeyRingImport> ImportAsync(KeyRingDraft draft, CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("KeyRingService.ImportAsync", draft.Tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var failures = new List<KeyRingFailure>();
        var opened = new List<KeyEncryptionKey>();
        foreach (KeyRingDraft.PlacedKey placed in draft.Keys)
        {
            await TryAsync(placed.Key.KekId, failures, async () => opened.Add(await OpenAsync(operation, draft, placed, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        }

        var providers = draft.NewProviders.Where(provider => opened.Any(key => key.ProviderId == provider.Id)).ToList();
        foreach (KeyProvider provider in WithoutKeys(draft, draft.Keys))
        {
            await TryAsync(provider.Id, failures, async () =>
            {
                await tester.RequireWorkingImportAsync(operation, draft.Tenant, provider, cancellationToken).ConfigureAwait(false);
                providers.Add(provider);
            }).ConfigureAwait(false);
        }

        if (opened.Count + providers.Count == 0)
        {
            return failures.Count == 0 ? Describe(draft, [], [], []) : throw Whole(draft, failures);
        }

        KeyEncryptionKey? firstKey = draft.IsNewTenant ? await keyMaker.MakeAsync(operation, draft.Tenant, draft.Internal, cancellationToken).ConfigureAwait(false) : null;
        await work.ChangeAsync(
            operation,
            draft.Platform is null ? StoreScope.Of(draft.Tenant.TenantId) : StoreScope.All,
            change => PutAsync(change, draft, firstKey, providers, opened),
            cancellationToken).ConfigureAwait(false);
        return Describe(draft, providers, opened, failures);
    }

    private async Task PutAsync(
        Change change, KeyRingDraft draft, KeyEncryptionKey? firstKey, IReadOnlyList<KeyProvider> providers, IReadOnlyList<KeyEncryptionKey> keys)
    {
        string tenantId = draft.Tenant.TenantId;
        await KeyRingPlanner.RequireUnchangedAsync(change.Store, draft).ConfigureAwait(false);
        if (firstKey is null)
        {
            await change.RaiseEpochAsync(tenantId).ConfigureAwait(false);
        }
        else
        {
            await MakeTenantAsync(change, draft, firstKey).ConfigureAwait(false);
        }

        foreach (KeyProvider provider in providers)
        {
            await change.Store.Providers.AddAsync(provider).ConfigureAwait(false);
            change.Record(EventTypes.ProviderCreated, tenantId, ProviderData.Of(provider));
        }

        // Keys are listed in this order, the oldest first.
        foreach (KeyEncryptionKey key in keys.OrderBy(key => key.CreatedAt).Concat(firstKey is null ? [] : [firstKey]))
        {
            await change.AddKeyAsync(key).ConfigureAwait(false);
        }

        // Each key is named: what is named and gone was retired.
        change.Record(
            EventTypes.KeyRingImported,
            tenantId,
            new JObject
            {
                ["keys"] = new JArray(keys.Select(key => key.KekId)),
                ["providers"] = new JArray(providers.Select(provider => provider.Id)),
                ["sealed"] = draft.Ring.IsSealed,
                ["sha256"] = draft.Ring.Hash,
                ["fromStore"] = draft.Ring.StoreId,
            });
    }

    private async Task MakeTenantAsync(Change change, KeyRingDraft draft, KeyEncryptionKey firstKey)
    {
        EncryptionTenant tenant = draft.Tenant;
        if (draft.Platform is { } file)
        {
            await PlatformService.KeepAsync(change, file, time.GetUtcNow()).ConfigureAwait(false);
        }

        await change.Store.Tenants.AddAsync(tenant with { Epoch = await change.NextEpochAsync(tenant.TenantId).ConfigureAwait(false) }).ConfigureAwait(false);
        await change.Store.Providers.AddAsync(draft.Internal).ConfigureAwait(false);
        change.Record(EventTypes.TenantCreated, tenant.TenantId, TenantService.Describe(tenant, draft.Internal, firstKey));
    }

    private async Task<KeyEncryptionKey> OpenAsync(Operation operation, KeyRingDraft draft, KeyRingDraft.PlacedKey placed, CancellationToken cancellationToken) => new()
    {
        Record = await records.FromRingAsync(
            operation, draft.Tenant, placed.Key.Record, placed.Opener, placed.Keeper, draft.Ring.Seal, cancellationToken).ConfigureAwait(false),
        Status = KeyEncryptionKeyStatus.Previous,
        CreatedAt = placed.Key.CreatedAt,

        // What depends on the key is not in this store's catalog. None would have it removed without a question.
        ReservedWraps = Math.Clamp(placed.Key.ReservedWraps, 1, MostWraps),
    };

    private static IEnumerable<KeyProvider> WithoutKeys(KeyRingDraft draft, IEnumerable<KeyRingDraft.PlacedKey> keys) =>
        draft.NewProviders.Where(provider => keys.All(placed => placed.Keeper.Id != provider.Id));

    // One that does not open must not keep the others from being recovered.
    private static async Task TryAsync(string id, List<KeyRingFailure> failures, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            failures.Add(new KeyRingFailure(id, exception));
        }
    }

    private static TenantEncryptionException Whole(KeyRingDraft draft, List<KeyRingFailure> failures)
    {
        TenantEncryptionException failure = failures[0].Error;
        string rest = failures.Count == 1 ? "" : $" {Counted.Of(failures.Count - 1, "other")} failed, too.";
        return new TenantEncryptionException(
            failure.Code, $"Nothing of the key ring of tenant '{draft.Tenant.TenantId}' was imported. {failures[0].Id}: {failure.Detail}{rest}", failure, failure.Remedy)
        {
            Operation = failure.Operation,
            KeyArn = failure.KeyArn,
            Region = failure.Region,
            RequestId = failure.RequestId,
        };
    }

    private static KeyRingImport Describe(
        KeyRingDraft draft, List<KeyProvider> providers, List<KeyEncryptionKey> keys, IReadOnlyList<KeyRingFailure> failures) => new()
        {
            TenantId = draft.Tenant.TenantId,
            NewTenant = draft.IsNewTenant && keys.Count + providers.Count > 0,
            Providers = [.. providers.Select(provider => provider.Name)],
            Keys = keys.Count,
            KnownKeys = draft.KnownKeys,
            LeftOut = draft.KeysLeftOut,
            Failures = failures,
        };
}
