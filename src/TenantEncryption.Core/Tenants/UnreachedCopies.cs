using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.Tenants;

/// <summary>Lists by what data of a shredded tenant may still be read. The event log knows what left the store by its own commands.</summary>
internal sealed class UnreachedCopies(UnitOfWork work, RootKeys roots)
{
    /// <summary>Lists it.</summary>
    public Task<IReadOnlyList<UnreachedCopy>> ListAsync(string tenantId, Shredding shredding, CancellationToken cancellationToken) => work.ReadAsync(
        async store =>
        {
            var copies = new List<UnreachedCopy>();
            await foreach (EncryptionEvent export in EventPages.ListAsync(store, tenantId, EventTypes.KeyRingExported).ConfigureAwait(false))
            {
                copies.Add(OfRing(export));
            }

            if (shredding.RootKeyId is not null)
            {
                await foreach (EncryptionEvent export in EventPages.ListAsync(store, null, EventTypes.RootExported).ConfigureAwait(false))
                {
                    copies.Add(OfRoot(export));
                }

                copies.Add(OfRootElsewhere());
            }

            copies.AddRange(shredding.MasterKeys.Select(OfMasterKey));
            IReadOnlyDictionary<string, long> archived = await store.Events.ListArchivedAsync().ConfigureAwait(false);
            copies.AddRange(((string[])[tenantId, StoredEvent.StoreChain]).Where(archived.ContainsKey).Select(chain => OfArchive(chain, archived[chain])));
            copies.Add(new UnreachedCopy(
                UnreachedCopyKind.Plaintext,
                "What was decrypted before: files, values, and what programs made of them.",
                "Look for it where it was read: the tenant's events of reading tell when and by whom."));
            return (IReadOnlyList<UnreachedCopy>)copies;
        },
        cancellationToken);

    private static UnreachedCopy OfRing(EncryptionEvent export) => new(
        UnreachedCopyKind.KeyRing,
        $"The key ring {FileOf(export)}, SHA-256 {export.Data.GetValueOrDefault("sha256")}: "
            + (export.Data.GetValueOrDefault("sealed") is true ? "with its passphrase, and its master keys where it has any, it opens what it has of the tenant's keys." : "who may use its master keys opens what it has of the tenant's keys."),
        "Delete it, and each copy of it.");

    private static UnreachedCopy OfRoot(EncryptionEvent export) => new(
        UnreachedCopyKind.RootKey,
        $"The root key {export.Data.GetValueOrDefault("rootKeyId")} {FileOf(export)}: with its passphrase it opens the internal KMS's part of the tenant's records in a backup of the store from its time.",
        "Delete it, and each copy of it; first make a new one of the root key that the store has now (RootKeyService.ExportAsync).");

    private UnreachedCopy OfRootElsewhere() => roots.Held.Vault.MasterKeyArn is { } keyArn
        ? new(
            UnreachedCopyKind.RootKeyElsewhere,
            $"The root key before, which is sealed in each backup of the store itself: for who may use {keyArn} with the store's id as encryption context a backup opens.",
            "Delete the backups of the store from before.")
        : roots.Held.Vault.IsInStore
        ? new(
            UnreachedCopyKind.RootKeyElsewhere,
            "The root key before, which is sealed in each backup of the store itself: with the passphrase of that time a backup opens.",
            "Delete the backups of the store from before.")
        : new(
            UnreachedCopyKind.RootKeyElsewhere,
            $"The root key before, where {roots.Held.Vault.PlaceOf(roots.StoreId)} was copied: to other machines, or into backups of its folder.",
            "Delete the copies; a machine that shares this store takes the new root key from a backup of it.");

    private static UnreachedCopy OfMasterKey(string keyArn) => new(
        UnreachedCopyKind.MasterKey,
        $"Records of the tenant in a backup of the store, and what the master key sealed by itself, open for who may use {keyArn}.",
        $"Delete the master key, where nothing else needs it: MasterKeyService.RemoveAsync(keyArn: {keyArn}, allRegions: true).");

    private static UnreachedCopy OfArchive(string chain, long upTo) => new(
        UnreachedCopyKind.ArchivedEvents,
        $"{(chain == StoredEvent.StoreChain ? "The store's" : "The tenant's")} events up to number {upTo} are in an archive: what they tell of exports is not listed here.",
        "Look into the archive for events of exports.");

    private static string FileOf(EncryptionEvent export) =>
        $"{(export.Data.GetValueOrDefault("path") is string path ? $"in {path}" : "in a file")}, exported {export.Time:u} by {export.UserId}";
}
