using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Integrity;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys.Root;

/// <summary>Rotates the root key of the internal KMS.</summary>
internal sealed class RootKeyService
{
    private readonly UnitOfWork _work;
    private readonly KeySealer _sealer;
    private readonly InternalKms _internalKms;
    private readonly LogKeys _logKeys;
    private readonly IRootKeyVault _vault;
    private readonly string _storeId;

    internal RootKeyService(UnitOfWork work, KeySealer sealer, InternalKms internalKms, LogKeys logKeys, IRootKeyVault vault, string storeId)
    {
        (_work, _sealer, _internalKms) = (work, sealer, internalKms);
        (_logKeys, _vault, _storeId) = (logKeys, vault, storeId);
    }

    /// <summary>
    /// Makes a new root key, seals every key and share of the internal KMS under it, and begins a new key of the event log. Data, keys and leases stay
    /// as they are. Ended at any instant, the store opens with the old root or the new one.
    /// </summary>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The id of the new root key.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_RUNNING</c>; <c>STORAGE_FAILED</c>: the root key can't be kept.</exception>
    public async Task<string> RotateAsync(CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin(nameof(RotateAsync));
        await using var _ = operation.ConfigureAwait(false);
        RootKeySet before = _internalKms.Roots;
        try
        {
            await _work.ChangeAsync(operation, change => RotateAsync(change, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _internalKms.Use(before);
            throw;
        }

        if (!_vault.IsInStore)
        {
            await ForgetOldAsync(operation).ConfigureAwait(false);
        }

        return _internalKms.Roots.Current.Id;
    }

    private async Task RotateAsync(Change change, CancellationToken cancellationToken)
    {
        if (await RootKeyLoader.CurrentIdAsync(change.Store.Settings).ConfigureAwait(false) != _internalKms.Roots.Current.Id)
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, "Another process rotated the root key.");
        }

        // A staged record of a migration to the internal KMS would still be sealed under the old root.
        await change.Store.Migrations.RefuseUnfinishedAsync(null).ConfigureAwait(false);
        RootKey old = _internalKms.Roots.Current;
        var rotated = new RootKeySet(RootKey.Create(), Copy(old));
        _internalKms.Use(rotated);

        // Outside the store both keys are kept until the store is committed; inside, the new one alone is part of the transaction.
        await SaveAsync(change, _vault.IsInStore ? 1 : 2).ConfigureAwait(false);
        await RootKeyLoader.NoteCurrentAsync(change.Store.Settings, rotated).ConfigureAwait(false);
        IReadOnlyList<KeyEncryptionKey> keys = await change.Store.Keys.ListWithInternalShareAsync().ConfigureAwait(false);
        foreach (KeyEncryptionKey key in keys)
        {
            EncryptionTenant tenant = await change.Store.Tenants.RequireAsync(key.TenantId).ConfigureAwait(false);
            KeyProvider provider = await change.Store.Providers.RequireAsync(key.ProviderId).ConfigureAwait(false);
            KeyRecord record = await _sealer.SealUnderRootAsync(key.Record, tenant, provider, cancellationToken).ConfigureAwait(false);
            await change.ReplaceRecordAsync(record).ConfigureAwait(false);
        }

        await _logKeys.SealAgainAsync(change.Store.Settings).ConfigureAwait(false);
        await _logKeys.BeginNextAsync(change.Store.Settings).ConfigureAwait(false);
        foreach (KeyProvider provider in await change.Store.Providers.ListAsync(new KeyProviderFilter()).ConfigureAwait(false))
        {
            await change.UpdateProviderAsync(provider, provider).ConfigureAwait(false);
        }

        await change.RecordAsync(
            EventTypes.RootRotated,
            null,
            new JObject { ["rootKeyId"] = rotated.Current.Id, ["previousRootKeyId"] = old.Id, ["keys"] = keys.Count }).ConfigureAwait(false);
    }

    private static RootKey Copy(RootKey key) => new(key.Id, new SecretBytes(key.Material.Span));

    private async Task SaveAsync(Change change, int count)
    {
        using var kept = new RootKeySet([.. _internalKms.Roots.Keys.Take(count).Select(Copy)]);
        await _vault.SaveAsync(_storeId, kept, change.Store.Settings).ConfigureAwait(false);
    }

    private async Task ForgetOldAsync(Operation operation)
    {
        try
        {
            await _work.ChangeAsync(operation, change => SaveAsync(change, 1), CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            _work.Warn($"The old root key is still kept beside the new one: {exception.Message}");
        }
    }
}
