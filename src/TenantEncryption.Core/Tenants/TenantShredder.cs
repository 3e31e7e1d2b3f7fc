using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Migration;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>
/// Removes a tenant so that no backup of the store opens its keys with the root key that this machine has. The records go first and the root after them: rotated before, it
/// would seal them once more, and a backup of that moment would open. The event of the removal says what is to be done, so that who runs it again finishes what was cut short.
/// </summary>
internal sealed class TenantShredder(
    UnitOfWork work, TenantRemover remover, RootKeyService rootKey, RootKeys roots, EventChains chains, UnreachedCopies unreached, string storeId)
{
    private static readonly JsonSerializer Camel = JsonSerializer.Create(new JsonSerializerSettings { ContractResolver = new CamelCasePropertyNamesContractResolver() });

    /// <summary>Refuses what <see cref="ShredAsync"/> would refuse, but for writers at work, and changes nothing.</summary>
    public Task<ShreddingPlan> CheckAsync(string tenantId, CancellationToken cancellationToken) => work.ReadAsync(
        async store =>
        {
            Shredding? unfinished = await FindAsync(store, tenantId).ConfigureAwait(false);
            TenantContents? contents = unfinished is null ? await TenantRemover.CheckAsync(store, tenantId, force: true).ConfigureAwait(false) : null;
            bool rotates = unfinished is null
                ? (await KeyTraces.ReadAsync(store, tenantId).ConfigureAwait(false)).InternalKms
                : !unfinished.IsDone && unfinished.RootKeyId is not null;
            if (rotates)
            {
                // No root is rotated then, and the tenant would be removed without it.
                await store.Migrations.RefuseUnfinishedAsync(null, MigrationMode.RewrapKek).ConfigureAwait(false);
            }

            return new ShreddingPlan { TenantId = tenantId, Contents = contents, RotatesRootKey = rotates };
        },
        cancellationToken);

    /// <summary>Shreds it, or finishes what was cut short.</summary>
    public async Task<ShreddingProof> ShredAsync(string tenantId, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if ((await CheckAsync(tenantId, cancellationToken).ConfigureAwait(false)).Contents is not null)
        {
            await remover.RemoveAsync(tenantId, force: true, RecordAsync, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            Shredding shredding = (await work.ReadAsync(store => FindAsync(store, tenantId), cancellationToken).ConfigureAwait(false))!;
            if (!shredding.IsDone)
            {
                await FinishAsync(tenantId, shredding, progress, cancellationToken).ConfigureAwait(false);
            }

            return await work.ReadAsync(store => ProveAsync(store, tenantId), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            throw new TenantEncryptionException(
                exception.Code,
                $"Tenant '{tenantId}' is removed, but its shredding is not finished: {exception.Detail}",
                exception,
                $"{exception.Remedy} Then run the command again: it does the rest.");
        }
    }

    // In the transaction of the removal: what goes, and under which root it was sealed last.
    private static async Task RecordAsync(Change change, TenantContents contents)
    {
        KeyTraces traces = await KeyTraces.ReadAsync(change.Store, contents.TenantId).ConfigureAwait(false);
        change.Record(
            EventTypes.TenantShredding,
            contents.TenantId,
            new JObject
            {
                ["keys"] = JArray.FromObject(traces.Keys, Camel),
                ["masterKeys"] = new JArray(traces.MasterKeys),
                ["providers"] = contents.Providers,
                ["messages"] = contents.Messages,
                ["values"] = contents.Values,
                ["rootKeyId"] = traces.InternalKms ? await RootKeyLoader.CurrentIdAsync(change.Store.Settings).ConfigureAwait(false) : null,
            });
    }

    private async Task FinishAsync(string tenantId, Shredding shredding, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        string? newRoot = shredding.RootKeyId is { } old ? await RetireAsync(old, progress, cancellationToken).ConfigureAwait(false) : null;
        IReadOnlyList<UnreachedCopy> copies = await unreached.ListAsync(tenantId, shredding, cancellationToken).ConfigureAwait(false);
        Operation operation = work.Begin("TenantService.ShredAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        await work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                // Another process may have come to the end before.
                if ((await FindAsync(change.Store, tenantId).ConfigureAwait(false))?.IsDone == false)
                {
                    JObject data = shredding.Describe();
                    data["previousRootKeyId"] = shredding.RootKeyId;
                    data["rootKeyId"] = newRoot;
                    data["notReached"] = JArray.FromObject(copies, Camel);
                    change.Record(EventTypes.TenantShredded, tenantId, data);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    // A rotation that is under way may have begun before the removal: its newer root sealed records of the tenant, too, and goes as well.
    private async Task<string> RetireAsync(string rootId, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            await roots.RefreshAsync(cancellationToken).ConfigureAwait(false);
            if (roots.Names is { IsRotating: false } names && names.Current.Id != rootId)
            {
                return names.Current.Id;
            }

            await rootKey.RotateAsync(progress, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The shredding of a tenant that is gone and was not made anew since; <see langword="null"/> for none.</summary>
    private async Task<Shredding?> FindAsync(IStoreTransaction store, string tenantId)
    {
        if (await store.Tenants.FindAsync(tenantId).ConfigureAwait(false) is not null
            || await FindAuthenticAsync(store, tenantId, EventTypes.TenantShredding).ConfigureAwait(false) is not { } begun)
        {
            return null;
        }

        long created = (await store.Events.FindLastAsync(tenantId, EventTypes.TenantCreated).ConfigureAwait(false))?.Sequence ?? 0;
        long done = (await store.Events.FindLastAsync(tenantId, EventTypes.TenantShredded).ConfigureAwait(false))?.Sequence ?? 0;
        return created > begun.Sequence ? null : new Shredding(DataOf(begun), done > begun.Sequence);
    }

    private async Task<ShreddingProof> ProveAsync(IStoreTransaction store, string tenantId)
    {
        StoredEvent stored = (await FindAuthenticAsync(store, tenantId, EventTypes.TenantShredded).ConfigureAwait(false))!;
        EncryptionEvent told = EventText.Read(stored);
        JObject data = DataOf(stored);
        return new ShreddingProof
        {
            TenantId = tenantId,
            StoreId = storeId,
            Time = told.Time,
            Actor = told.UserId!,
            Keys = data["keys"]!.ToObject<ShreddedKey[]>()!,
            Providers = (int)data["providers"]!,
            Messages = (long)data["messages"]!,
            Values = (long)data["values"]!,
            PreviousRootKeyId = (string?)data["previousRootKeyId"],
            RootKeyId = (string?)data["rootKeyId"],
            Head = EventLogHead.Of(stored.Chain, stored.Sequence, stored.Mac).ToString(),
            NotReached = data["notReached"]!.ToObject<UnreachedCopy[]>()!,
        };
    }

    private async Task<StoredEvent?> FindAuthenticAsync(IStoreTransaction store, string tenantId, string type)
    {
        StoredEvent? found = await store.Events.FindLastAsync(tenantId, type).ConfigureAwait(false);
        return found is null || await chains.IsAuthenticAsync(store, found).ConfigureAwait(false)
            ? found
            : throw new TenantEncryptionException(ErrorCodes.StateAltered, $"The event {found.Sequence} of tenant '{tenantId}', which tells of its shredding, does not verify.");
    }

    private static JObject DataOf(StoredEvent stored)
    {
        using var reader = new JsonTextReader(new StringReader(stored.Json)) { DateParseHandling = DateParseHandling.None };
        return (JObject)JObject.Load(reader)["data"]!;
    }
}
