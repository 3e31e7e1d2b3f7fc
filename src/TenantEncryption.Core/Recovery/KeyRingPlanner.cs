using System.Text;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Validation;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>
/// Decides what of a key ring a store takes. Of a ring under no passphrase only that decides which a record binds, and the provider that opens the record
/// authenticates so: tenant, key, provider, master key, encryption context. Which master keys are the tenant's says the store, or the administrator.
/// </summary>
internal sealed class KeyRingPlanner(UnitOfWork work, ChainVerifier verifier, FirstProvider first, TimeProvider time)
{
    // The lease of a tenant for which nobody said another one.
    private static readonly TimeSpan LongestUnsealedLease = TimeSpan.FromMinutes(5);

    /// <summary>Plans an import. No call of KMS is made, and nothing is written.</summary>
    public async Task<KeyRingDraft> PlanAsync(KeyRing ring, KeyRingImportOptions options, CancellationToken cancellationToken)
    {
        KeyRingContent content = ring.Content;
        if (options.TenantId is { } wanted && wanted != ring.TenantId)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongTenant, $"The key ring is one of tenant '{ring.TenantId}', not of '{wanted}'.");
        }

        TenantState state = await work.ReadAsync(
            async store =>
            {
                await RequireReadyAsync(store, content).ConfigureAwait(false);
                return await work.StateAsync(store, ring.TenantId).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        RetiredNames retired = await RetiredNames.ReadAsync(
            verifier, ring.TenantId, [.. content.Providers.Select(provider => provider.Id), .. content.Keys.Select(key => key.KekId)], cancellationToken).ConfigureAwait(false);
        if (state.Tenant is null && retired.HadTenant)
        {
            throw new TenantEncryptionException(
                ErrorCodes.TransitionForbidden,
                $"Tenant '{ring.TenantId}' was removed from this store, and a key ring brings nothing back that was retired.",
                remedy: "Import the key ring into another store, and read with that.");
        }

        (EncryptionTenant tenant, PlatformFile? platform) = state.Tenant is { } known
            ? (known, null)
            : await work.ReadAsync(store => DraftTenantAsync(store, ring), cancellationToken).ConfigureAwait(false);
        KeyProvider internalProvider = state.Providers.FirstOrDefault(provider => provider.Type == KeyProviderType.Internal)
            ?? first.Internal(tenant) with { Status = KeyProviderStatus.Active, PromotedToCurrentAt = time.GetUtcNow() };
        var draft = new KeyRingDraft(ring, state, retired, tenant, platform, internalProvider);
        foreach (KeyProvider provider in content.Providers)
        {
            Place(draft, provider, options);
        }

        RefuseUnnamed(draft, options);
        PlatformRules.RequireEdition(tenant, draft.NewProviders);
        return draft;
    }

    /// <summary>Refuses, within the transaction of the import, what came in between.</summary>
    public static async Task RequireUnchangedAsync(IStoreTransaction store, KeyRingDraft draft)
    {
        string tenantId = draft.Tenant.TenantId;
        bool isSame = draft.State.Tenant is { } known
            ? await store.Tenants.FenceAsync(tenantId, known.Epoch).ConfigureAwait(false)
            : await store.Tenants.FindAsync(tenantId).ConfigureAwait(false) is null
                && ((await store.Events.LastAsync(tenantId).ConfigureAwait(false))?.Sequence ?? 0) == draft.Retired.End;
        if (!isSame)
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"The keys or key providers of tenant '{tenantId}' were changed while its key ring was imported.");
        }

        await RequireReadyAsync(store, draft.Ring.Content).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> there = await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
        foreach (KeyProvider provider in draft.NewProviders)
        {
            ProviderNameRule.RefuseTaken(provider, there);
            PlatformRules.RequireOneOrganization(
                draft.Tenant.Profile, [draft.Tenant, .. await KeyProviderTester.SharersAsync(store, provider).ConfigureAwait(false)], provider.KeyArn);
        }
    }

    private static async Task RequireReadyAsync(IStoreTransaction store, KeyRingContent content)
    {
        string tenantId = content.Tenant.TenantId;
        await store.Migrations.RefuseUnfinishedAsync(tenantId).ConfigureAwait(false);
        foreach (KeyEncryptionKey key in content.Keys)
        {
            if (await store.Keys.FindAsync(key.KekId).ConfigureAwait(false) is { } other && other.TenantId != tenantId)
            {
                throw new TenantEncryptionException(ErrorCodes.WrongTenant, $"The key {key.KekId} is one of tenant '{other.TenantId}' in this store.");
            }
        }

        foreach (KeyProvider provider in content.Providers)
        {
            if (await store.Providers.FindAsync(provider.Id).ConfigureAwait(false) is { } other && other.TenantId != tenantId)
            {
                throw new TenantEncryptionException(ErrorCodes.WrongTenant, $"The key provider {provider.Id} is one of tenant '{other.TenantId}' in this store.");
            }
        }
    }

    private void Place(KeyRingDraft draft, KeyProvider provider, KeyRingImportOptions options)
    {
        KeyEncryptionKey[] all = [.. draft.Ring.Content.Keys.Where(key => key.ProviderId == provider.Id)];
        KeyEncryptionKey[] keys = [.. all.Where(key => draft.State.FindKey(key.KekId) is null)];
        draft.KnownKeys += all.Length - keys.Length;

        // Messages of a Direct tenant depend on a provider that keeps no key, too.
        bool isForMessages = provider.Type == KeyProviderType.AwsKms && draft.Tenant.KeyHierarchy == KeyHierarchy.Direct;
        if (keys.Length == 0 && !isForMessages)
        {
            return;
        }

        (KeyProvider? opener, KeyProvider? keeper, string? fault) = Find(draft, provider, keys, options);
        if (fault is not null)
        {
            draft.Leave(keys.Length, provider, fault);
            return;
        }

        KeyEncryptionKey[] alive = [.. keys.Where(key => !draft.Retired.Has(key.KekId))];
        draft.Leave(keys.Length - alive.Length, provider, "this store had and retired it");
        foreach (KeyEncryptionKey key in alive)
        {
            RequireContext(draft.Tenant, opener!, key);
            draft.Keys.Add(new KeyRingDraft.PlacedKey(key, opener!, keeper!));
        }

        bool isNew = keeper!.Type == KeyProviderType.AwsKms && draft.State.FindProvider(keeper.Id) is null;
        if (isNew && (alive.Length > 0 || isForMessages))
        {
            draft.NewProviders.Add(keeper);
        }
    }

    private (KeyProvider? Opener, KeyProvider? Keeper, string? Fault) Find(
        KeyRingDraft draft, KeyProvider provider, IReadOnlyList<KeyEncryptionKey> keys, KeyRingImportOptions options)
    {
        if (provider.Type == KeyProviderType.Internal)
        {
            return (provider, draft.Internal, FaultOf(draft, draft.Internal));
        }

        if (draft.State.FindProvider(provider.Id) is { } there)
        {
            return there.KeyArn == provider.KeyArn && there.SecondLayer == provider.SecondLayer
                ? (there, there, FaultOf(draft, there))
                : throw new TenantEncryptionException(
                    ErrorCodes.WrongKey, $"The key ring has another master key, or other layers, for the key provider '{there.Name}' ({there.Id}) than this store.")
                { KeyArn = provider.KeyArn };
        }

        if (draft.Retired.Has(provider.Id))
        {
            return (null, null, "this store had that key provider and removed it");
        }

        KeyProvider made = New(draft, provider, keys, options);
        if (draft.State.Providers.FirstOrDefault(other => other.KeyArn == provider.KeyArn) is { } same)
        {
            RequireFit(same, provider);
            return (made with { Connection = same.Connection, ReplicaKeys = same.ReplicaKeys }, same, FaultOf(draft, same));
        }

        if (draft.State.Providers.Concat(draft.NewProviders).FirstOrDefault(other => string.Equals(other.Name, made.Name, StringComparison.OrdinalIgnoreCase)) is { } sameName)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderExists,
                $"Tenant '{draft.Tenant.TenantId}' has a key provider '{sameName.Name}' ({sameName.Id}) on another master key than that of the key ring.",
                remedy: "Give the one that is there another name (KeyProviderService.UpdateAsync), and import the key ring again.");
        }

        return (made, made, FaultOf(draft, made with { Status = KeyProviderStatus.Archived }));
    }

    // The other way round a layer would be taken away.
    private static void RequireFit(KeyProvider there, KeyProvider provider)
    {
        if (there.Status == KeyProviderStatus.Pending || (provider.SecondLayer && !there.SecondLayer))
        {
            string fault = there.Status == KeyProviderStatus.Pending ? "is Pending" : "has no second layer, which the keys of the key ring have";
            throw new TenantEncryptionException(
                ErrorCodes.ProviderExists,
                $"The master key of '{provider.Name}' is registered for tenant '{there.TenantId}' already, as '{there.Name}' ({there.Id}), which {fault}.",
                remedy: "Remove the one that is there (KeyProviderService.RemoveAsync), and import the key ring again.")
            { KeyArn = provider.KeyArn };
        }
    }

    private static string? FaultOf(KeyRingDraft draft, KeyProvider keeper) =>
        keeper.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived) ? $"'{keeper.Name}' is {keeper.Status} in this store"
        : keeper.SecondLayer && draft.Internal.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived) ? $"their second layer, '{draft.Internal.Name}', is {draft.Internal.Status} in this store"
        : null;

    private KeyProvider New(KeyRingDraft draft, KeyProvider provider, IReadOnlyList<KeyEncryptionKey> keys, KeyRingImportOptions options)
    {
        EncryptionTenant tenant = draft.Tenant;
        KeyIdentifier arn = KeyIdentifier.Parse(provider.KeyArn!);
        if (!tenant.Profile.Partitions.Contains(arn.Partition!))
        {
            throw new TenantEncryptionException(
                ErrorCodes.WrongPartition, $"The key {arn} is in partition {arn.Partition}; the platform {tenant.Profile.Name} takes {string.Join(", ", tenant.Profile.Partitions)}.");
        }

        // Records bind the value; without one there is none to bind.
        string? bound = keys.Count == 0 ? null : keys[0].Record.EncryptionContext.GetValueOrDefault(tenant.Profile.ContextKey);
        KeyProvider believed = draft.Ring.IsSealed ? provider : new KeyProvider
        {
            Id = provider.Id,
            TenantId = provider.TenantId,
            Name = provider.Name,
            Type = provider.Type,
            Status = provider.Status,
            KeyIdentifier = provider.KeyArn,
            KeyArn = provider.KeyArn,
            ArnFingerprint = provider.ArnFingerprint,
            ContextValue = bound == tenant.TenantId ? null : bound,
            SecondLayer = provider.SecondLayer,
            MultiRegion = provider.MultiRegion,
        };
        if (tenant.KeyHierarchy == KeyHierarchy.Direct && (believed.SecondLayer || believed.ContextValue is not null))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"Tenant '{tenant.TenantId}' is Direct, and '{provider.Name}' of the key ring has {(believed.SecondLayer ? "a second layer" : "another context value")}.");
        }

        return believed with
        {
            Status = provider.Status == KeyProviderStatus.Deactivated ? KeyProviderStatus.Deactivated : KeyProviderStatus.Archived,
            Connection = options.Connection.Or(believed.Connection) with { Region = arn.Region, FipsEndpoints = tenant.Profile.FipsEndpoints },
            CreatedAt = time.GetUtcNow(),
        };
    }

    private static void RequireContext(EncryptionTenant tenant, KeyProvider opener, KeyEncryptionKey key)
    {
        Dictionary<string, string> own = KeySealer.ContextOf(tenant, opener, key.KekId);
        if (key.Record.EncryptionContext.Count != own.Count || own.Any(pair => key.Record.EncryptionContext.GetValueOrDefault(pair.Key) != pair.Value))
        {
            throw new TenantEncryptionException(
                ErrorCodes.ContextMismatch,
                $"The encryption context of the key {key.KekId} is not the one of tenant '{tenant.TenantId}' on the platform {tenant.Platform}.")
            { KeyArn = opener.KeyArn };
        }
    }

    private static void RefuseUnnamed(KeyRingDraft draft, KeyRingImportOptions options)
    {
        string[] unnamed = draft.Ring.IsSealed ? [] : [.. draft.NewProviders.Select(provider => provider.KeyArn!).Where(arn => !options.KeyArns.Contains(arn)).Distinct(StringComparer.Ordinal)];
        if (unnamed.Length > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"The key ring is under no passphrase, so which master keys are the tenant's it does not say with any authority. It names {string.Join(", ", unnamed)}.",
                remedy: "If that is right by what you know elsewhere, name them (KeyRingImportOptions.KeyArns); else the file was altered.");
        }
    }

    private async Task<(EncryptionTenant Tenant, PlatformFile? Platform)> DraftTenantAsync(IStoreTransaction store, KeyRing ring)
    {
        EncryptionTenant told = ring.Content.Tenant;
        (PlatformProfile profile, PlatformFile? file) = await FindPlatformAsync(store, ring.Content.Platform).ConfigureAwait(false);
        if (told.Region is { } region)
        {
            PlatformRules.RequireRegion(profile, region);
        }

        if (told.KeyHierarchy == KeyHierarchy.Direct && profile.SecondLayer == SecondLayerRule.Always)
        {
            throw PlatformRules.Forbidden(profile, "a customer master key is a second layer there, which excludes the key hierarchy Direct");
        }

        if (told.Parent is { } parentId)
        {
            EncryptionTenant? parent = await store.Tenants.FindAsync(parentId).ConfigureAwait(false);
            if (parent is null)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.TenantNotFound, $"Tenant '{told.TenantId}' is a child of '{parentId}', which is not in this store.", remedy: $"Import the key ring of '{parentId}' first.");
            }

            if (!profile.Children || parent.Platform != profile.Name || parent.Parent is not null)
            {
                throw PlatformRules.Forbidden(profile, $"'{parentId}' can't be the parent of '{told.TenantId}'");
            }
        }

        EncryptionTenant tenant = told with { Profile = profile, UntracedReads = false, CreatedAt = time.GetUtcNow() };
        return (ring.IsSealed || tenant.KeyLease <= LongestUnsealedLease ? tenant : tenant with { KeyLease = LongestUnsealedLease }, file);
    }

    private static async Task<(PlatformProfile Profile, PlatformFile? File)> FindPlatformAsync(IStoreTransaction store, KeyRingPlatform told)
    {
        if (PlatformCatalog.FindBuiltIn(told.Name) is { } builtIn)
        {
            return (builtIn, null);
        }

        if (await store.Platforms.FindAsync(told.Name).ConfigureAwait(false) is { } stored)
        {
            return stored.Hash == told.Hash ? (stored.Profile, null) : throw new TenantEncryptionException(
                ErrorCodes.InvalidPlatform, $"The store has another platform profile '{told.Name}' (SHA-256 {stored.Hash}) than the key ring's tenant follows (SHA-256 {told.Hash}).");
        }

        if (told.Json is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidPlatform,
                $"The store lacks the platform profile '{told.Name}' of the key ring's tenant, and a key ring under no passphrase brings none.",
                remedy: "Make the tenant first, with the profile's file (TenantService.CreateAsync), and import the key ring then.");
        }

        PlatformFile file = PlatformProfileReader.Read(Encoding.UTF8.GetBytes(told.Json), told.Name);
        return file.Profile.Name == told.Name ? (file.Profile, file) : throw new TenantEncryptionException(
            ErrorCodes.InvalidPlatform, $"The platform profile '{told.Name}' of the key ring has the name '{file.Profile.Name}'.");
    }
}
