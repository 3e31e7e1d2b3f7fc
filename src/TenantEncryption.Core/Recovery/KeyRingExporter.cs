using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>Writes tenants' key rings into files.</summary>
internal sealed class KeyRingExporter(UnitOfWork work, RingRecords records, TimeProvider time, string storeId)
{
    /// <summary>Refuses what <see cref="ExportAsync"/> would refuse, and reads nothing but the tenant's state.</summary>
    public Task CheckAsync(string tenantId, bool hasPassphrase, CancellationToken cancellationToken) =>
        work.ReadAsync(store => ReadAsync(store, tenantId, hasPassphrase), cancellationToken);

    /// <summary>Writes one.</summary>
    public async Task<KeyRingExport> ExportAsync(
        string tenantId, string path, SecretBytes? passphrase, int iterations, bool replace, CancellationToken cancellationToken)
    {
        RootKeyBackup.RequireFree(path, replace);
        (TenantState state, IReadOnlyList<KeyEncryptionKey> keys) =
            await work.ReadAsync(store => ReadAsync(store, tenantId, passphrase is not null), cancellationToken).ConfigureAwait(false);
        using KeyRingSeal? seal = passphrase is null ? null : KeyRingSeal.Create(passphrase, iterations);
        var exported = new List<KeyEncryptionKey>(keys.Count);
        foreach (KeyEncryptionKey key in keys)
        {
            exported.Add(seal is null ? key : key with { Record = await records.ToRingAsync(key.Record, seal, cancellationToken).ConfigureAwait(false) });
        }

        KeyProvider[] providers = [.. state.Providers.Where(provider => provider.Status != KeyProviderStatus.Pending)];
        byte[] text = KeyRingText.Write(
            new KeyRingContent(storeId, time.GetUtcNow(), state.Tenant!, await PlatformAsync(state.Tenant!, seal, cancellationToken).ConfigureAwait(false), providers, exported), seal);
        var ring = new KeyRingExport
        {
            TenantId = tenantId,
            Keys = keys.Count,
            KeysOfInternalKms = keys.Count(NeedsInternalKms),
            Providers = providers.Length,
            Sealed = seal is not null,
            Path = path,
            Hash = Convert.ToHexStringLower(SHA256.HashData(text)),
        };
        await RecordAsync(ring, cancellationToken).ConfigureAwait(false);
        FileFailure.Translate(path, "written", () =>
        {
            OwnerFile.Write(new FileEffects(), path, text, replace);
            return true;
        });
        return ring;
    }

    private static bool NeedsInternalKms(KeyEncryptionKey key) => RootKeyLoader.ShareOf(key.Record).Length > 0;

    private async Task<(TenantState State, IReadOnlyList<KeyEncryptionKey> Keys)> ReadAsync(IStoreTransaction store, string tenantId, bool hasPassphrase)
    {
        EncryptionTenant tenant = await store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        TenantState state = await work.StateAsync(store, tenantId).ConfigureAwait(false);
        IReadOnlyList<KeyEncryptionKey> keys = await store.Keys.ListAsync(tenantId).ConfigureAwait(false);
        int ofInternalKms = keys.Count(NeedsInternalKms);
        if (!hasPassphrase && ofInternalKms > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PassphraseRequired,
                $"The internal KMS, whose root key no key ring has, has a part in {ofInternalKms} of the {Counted.Of(keys.Count, "key")} of tenant '{tenantId}'.",
                remedy: "Give a passphrase for the key ring (KeyRingService.ExportAsync), and keep it apart from the file.");
        }

        if (!hasPassphrase && state.Providers.FirstOrDefault(provider => RequiredGrant.Of(tenant, provider)) is { } granted)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PassphraseRequired,
                $"{tenant.Profile.Name} uses the key of '{granted.Name}' by a grant, which only a key ring under a passphrase tells of.",
                remedy: "Give a passphrase for the key ring (KeyRingService.ExportAsync), and keep it apart from the file.");
        }

        // What an administrator shut is not carried out of here.
        if (ofInternalKms > 0 && state.Providers.FirstOrDefault(provider => provider is { Type: KeyProviderType.Internal, Status: KeyProviderStatus.Deactivated }) is { } shut)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderDeactivated, $"'{shut.Name}' of tenant '{tenantId}' is Deactivated, and has a part in {Counted.Of(ofInternalKms, "key")}.");
        }

        return (state, keys);
    }

    private async Task<KeyRingPlatform> PlatformAsync(EncryptionTenant tenant, KeyRingSeal? seal, CancellationToken cancellationToken)
    {
        StoredPlatform? own = tenant.Profile.FileHash is null || seal is null
            ? null
            : await work.ReadAsync(store => store.Platforms.FindAsync(tenant.Platform), cancellationToken).ConfigureAwait(false);
        return new KeyRingPlatform(tenant.Platform, tenant.Profile.FileHash, own?.Json);
    }

    private async Task RecordAsync(KeyRingExport ring, CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("KeyRingService.ExportAsync", ring.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        await work.ChangeAsync(
            operation,
            StoreScope.Of(ring.TenantId),
            change => change.Record(
                EventTypes.KeyRingExported,
                ring.TenantId,
                new JObject { ["keys"] = ring.Keys, ["keysOfInternalKms"] = ring.KeysOfInternalKms, ["providers"] = ring.Providers, ["sealed"] = ring.Sealed, ["path"] = ring.Path, ["sha256"] = ring.Hash }),
            cancellationToken).ConfigureAwait(false);
    }
}
