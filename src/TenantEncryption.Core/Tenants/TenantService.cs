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

/// <summary>Creates and finds tenants.</summary>
public sealed class TenantService
{
    private readonly UnitOfWork _work;
    private readonly KeyMaker _keyMaker;
    private readonly FirstProvider _first;
    private readonly TimeProvider _time;

    internal TenantService(UnitOfWork work, KeyMaker keyMaker, FirstProvider first, TimeProvider time) =>
        (_work, _keyMaker, _first, _time) = (work, keyMaker, first, time);

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
            Epoch = 1,
            CreatedAt = now,
        };
        Operation operation = _work.Begin("TenantService.CreateAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        KeyProvider provider = await _first.FindAsync(operation, tenant, newTenant, cancellationToken).ConfigureAwait(false);
        try
        {
            await StoreAsync(operation, tenant, provider, newTenant.PlatformFile, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GrantMaker.RevokeAsync(operation, provider, GrantMaker.Own(provider)).ConfigureAwait(false);
            throw;
        }

        return tenant;
    }

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

    private async Task StoreAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, PlatformFile? platformFile, CancellationToken cancellationToken)
    {
        KeyEncryptionKey key = await _keyMaker.MakeAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            platformFile is null ? StoreScope.Of(tenant.TenantId) : StoreScope.All,
            async change =>
            {
                await RefuseKnownAsync(change.Store, tenant.TenantId).ConfigureAwait(false);
                if (platformFile is { } file)
                {
                    await PlatformService.KeepAsync(change, file, tenant.CreatedAt).ConfigureAwait(false);
                }

                await change.Store.Tenants.AddAsync(tenant).ConfigureAwait(false);
                if (provider.Type != KeyProviderType.Internal)
                {
                    await change.Store.Providers.AddAsync(_first.Internal(tenant)).ConfigureAwait(false);
                }

                await change.Store.Providers.AddAsync(provider).ConfigureAwait(false);
                await change.AddKeyAsync(key).ConfigureAwait(false);
                change.Record(EventTypes.TenantCreated, tenant.TenantId, Describe(tenant, provider, key));
                GrantMaker.Record(change, tenant, provider);
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

    private static JObject Describe(EncryptionTenant tenant, KeyProvider provider, KeyEncryptionKey key)
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
