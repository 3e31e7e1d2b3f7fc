using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Grants;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>Creates, finds, changes and removes tenants.</summary>
public sealed class TenantService
{
    private readonly UnitOfWork _work;
    private readonly KeyMaker _keyMaker;
    private readonly FirstProvider _first;
    private readonly TenantUpdater _updater;
    private readonly TenantRemover _remover;
    private readonly TenantShredder _shredder;
    private readonly TimeProvider _time;

    internal TenantService(UnitOfWork work, KeyMaker keyMaker, FirstProvider first, TenantRemover remover, TenantShredder shredder, TimeProvider time) =>
        (_work, _keyMaker, _first, _updater, _remover, _shredder, _time) = (work, keyMaker, first, new TenantUpdater(work), remover, shredder, time);

    /// <summary>
    /// Creates a tenant with a first key under its Active provider: the internal one, its parent's, or a customer master key that is tested first.
    /// </summary>
    /// <param name="newTenant">What it is made from.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is created then.</param>
    /// <returns>The tenant.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>, <c>INVALID_PLATFORM</c>, <c>WRONG_REGION</c>, <c>TRANSITION_FORBIDDEN</c>, <c>TENANT_NOT_FOUND</c> (the parent), <c>TENANT_EXISTS</c>, or
    /// the code of the key's failed test.
    /// </exception>
    public async Task<EncryptionTenant> CreateAsync(NewTenant newTenant, CancellationToken cancellationToken = default)
    {
        TenantIdRule.Check(newTenant.TenantId);
        PlatformProfile platform = newTenant.PlatformFile?.Profile
            ?? await _work.ReadAsync(transaction => PlatformService.RequireAsync(transaction, newTenant.Platform), cancellationToken).ConfigureAwait(false);
        if (newTenant.Region is { } region)
        {
            PlatformRules.RequireRegion(platform, region);
        }

        CheckHierarchy(newTenant, platform);
        if (newTenant.KeyLease is { } lease)
        {
            LeaseRule.CheckOfTenant(lease);
        }

        await _work.ReadAsync(transaction => RefuseKnownAsync(transaction, newTenant.TenantId), cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = _time.GetUtcNow();
        var tenant = new EncryptionTenant
        {
            TenantId = newTenant.TenantId,
            DisplayName = newTenant.DisplayName,
            Platform = platform.Name,
            Profile = platform,
            Region = newTenant.Region,
            Edition = newTenant.Edition,
            Organization = newTenant.Organization,
            Parent = newTenant.Parent,
            KeyHierarchy = newTenant.KeyHierarchy,
            KeyLease = newTenant.KeyLease ?? TimeSpan.FromMinutes(5),
            CreatedAt = now,
        };
        Operation operation = _work.Begin("TenantService.CreateAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        KeyProvider provider = await _first.FindAsync(operation, tenant, newTenant, cancellationToken).ConfigureAwait(false);
        try
        {
            return await StoreAsync(operation, tenant, provider, newTenant.PlatformFile, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GrantMaker.RevokeAsync(operation, provider, GrantMaker.Own(provider)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What an update would change. Nothing is changed.</summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The changes; none where all is so already.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="UpdateAsync"/>.</exception>
    public Task<IReadOnlyList<PropertyChange>> CompareAsync(string tenantId, TenantUpdate update, CancellationToken cancellationToken = default) =>
        _updater.CompareAsync(tenantId, update, cancellationToken);

    /// <summary>Changes what is not fixed of a tenant. A shorter key lease binds every process within a second. What is so already is not changed again.</summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="update">The update.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The tenant as it is now.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>; <c>INVALID_INPUT</c> (the key lease), <c>WRONG_PARTITION</c>, <c>WRONG_REGION</c>: the platform does not serve the region, or the
    /// Active provider's key is elsewhere; <c>TRANSITION_FORBIDDEN</c>: the edition excludes the customer master key that the tenant has.
    /// </exception>
    public Task<EncryptionTenant> UpdateAsync(string tenantId, TenantUpdate update, CancellationToken cancellationToken = default) =>
        _updater.UpdateAsync(tenantId, update, cancellationToken);

    /// <summary>Refuses what <see cref="RemoveAsync"/> would refuse, but for writers at work, and changes nothing.</summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="force">Whether it would be forced.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What would go with the tenant.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RemoveAsync"/>.</exception>
    public Task<TenantContents> CheckRemovalAsync(string tenantId, bool force = false, CancellationToken cancellationToken = default) =>
        _remover.CheckAsync(tenantId, force, cancellationToken);

    /// <summary>
    /// Removes a tenant with its key providers, their grants, its keys, migrations and catalog. Customer master keys are not touched. The tenant's chain of
    /// events stays and verifies; a tenant that is made with the same id goes on with it. Leases of its keys end in every process within a second.
    /// </summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="force">Whether to remove it although data depends on its keys, which is lost then.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is removed then.</param>
    /// <returns>What went with it.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>MIGRATION_RUNNING</c>; <c>HAS_DEPENDANTS</c>: it has data or children, or writers are at work.
    /// </exception>
    public Task<TenantContents> RemoveAsync(string tenantId, bool force = false, CancellationToken cancellationToken = default) =>
        _remover.RemoveAsync(tenantId, force, cancellationToken);

    /// <summary>Refuses what <see cref="ShredAsync"/> would refuse, but for writers at work, and changes nothing.</summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What it would do.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ShredAsync"/>.</exception>
    public Task<ShreddingPlan> CheckShreddingAsync(string tenantId, CancellationToken cancellationToken = default) => _shredder.CheckAsync(tenantId, cancellationToken);

    /// <summary>
    /// Removes a tenant with all that depends on its keys, as <see cref="RemoveAsync"/> with force does, and rotates the root key where the internal KMS ever had a part in
    /// them, so that no backup of the store opens them with the root key that this machine has. Cut short at any instant, the next call does the rest; of a tenant that was shredded
    /// already it gives the proof again.
    /// </summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="progress">Told of how many chains the root's rotation has done.</param>
    /// <param name="cancellationToken">Ends the operation; what is done stays.</param>
    /// <returns>What was destroyed, and what could not be reached.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>; <c>MIGRATION_RUNNING</c>: one of the tenant, or one of any tenant that moves keys while the root is to be rotated;
    /// <c>HAS_DEPENDANTS</c>: it has children, or writers are at work; and what the rotation of the root answers: the message says that the tenant is removed then.
    /// </exception>
    public Task<ShreddingProof> ShredAsync(string tenantId, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        _shredder.ShredAsync(tenantId, progress, cancellationToken);

    /// <summary>The tenant of an id.</summary>
    /// <param name="tenantId">The id, exactly.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The tenant.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>; the message names an id that differs only by case.</exception>
    public Task<EncryptionTenant> GetAsync(string tenantId, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => transaction.Tenants.RequireAsync(tenantId), cancellationToken);

    /// <summary>All tenants, ordered by id, but for those whose state was altered: a warning names each.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The tenants.</returns>
    public Task<IReadOnlyList<EncryptionTenant>> ListAsync(CancellationToken cancellationToken = default) =>
        _work.ListAsync(transaction => transaction.Tenants.ListAsync(), cancellationToken);

    /// <summary>The ids of all tenants, in ordinal order: names to choose from, of which nothing was checked.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The ids.</returns>
    public Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => transaction.Tenants.ListIdsAsync(), cancellationToken);

    private async Task<EncryptionTenant> StoreAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, PlatformFile? platformFile, CancellationToken cancellationToken)
    {
        KeyEncryptionKey key = await _keyMaker.MakeAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        return await _work.ChangeAsync(
            operation,
            platformFile is null ? StoreScope.Of(tenant.TenantId) : StoreScope.All,
            async change =>
            {
                await RefuseKnownAsync(change.Store, tenant.TenantId).ConfigureAwait(false);
                if (platformFile is { } file)
                {
                    await PlatformService.KeepAsync(change, file, tenant.CreatedAt).ConfigureAwait(false);
                }

                EncryptionTenant created = tenant with { Epoch = await change.NextEpochAsync(tenant.TenantId).ConfigureAwait(false) };
                await change.Store.Tenants.AddAsync(created).ConfigureAwait(false);
                if (provider.Type != KeyProviderType.Internal)
                {
                    await change.Store.Providers.AddAsync(_first.Internal(tenant)).ConfigureAwait(false);
                }

                await change.Store.Providers.AddAsync(provider).ConfigureAwait(false);
                await change.AddKeyAsync(key).ConfigureAwait(false);
                change.Record(EventTypes.TenantCreated, tenant.TenantId, Describe(tenant, provider, key));
                GrantMaker.Record(change, tenant, provider);
                return created;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static void CheckHierarchy(NewTenant newTenant, PlatformProfile platform)
    {
        if (newTenant.KeyHierarchy == KeyHierarchy.Direct && platform.SecondLayer == SecondLayerRule.Always)
        {
            throw PlatformRules.Forbidden(platform, "a customer master key is a second layer there, which excludes the key hierarchy Direct");
        }
    }

    private static async Task<bool> RefuseKnownAsync(IStoreTransaction transaction, string tenantId) =>
        await transaction.Tenants.FindAsync(tenantId).ConfigureAwait(false) is null
            ? true
            : throw new TenantEncryptionException(ErrorCodes.TenantExists, $"There is a tenant '{tenantId}' already.");

    internal static JObject Describe(EncryptionTenant tenant, KeyProvider provider, KeyEncryptionKey key)
    {
        var data = new JObject
        {
            ["platform"] = tenant.Platform,
            ["keyHierarchy"] = tenant.KeyHierarchy.ToString(),
            ["providerId"] = provider.Id,
            ["provider"] = provider.Name,
            ["status"] = provider.Status.ToString(),
            ["kekId"] = key.KekId,
        };
        if (tenant.Profile.FileHash is { } hash)
        {
            data["platformHash"] = hash;
        }

        return data;
    }
}
