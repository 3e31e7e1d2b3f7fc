namespace TenantEncryption.Events;

/// <summary>The types of events, without the platform's prefix. The first six are Qlik's.</summary>
public static class EventTypes
{
    /// <summary>A key provider was registered.</summary>
    public const string ProviderCreated = "keyprovider.created";

    /// <summary>What a key provider's registration says of its key was changed: its name, description, connection, replicas, the regions that refused it, or its grants.</summary>
    public const string ProviderUpdated = "keyprovider.updated";

    /// <summary>A key provider was removed.</summary>
    public const string ProviderDeleted = "keyprovider.deleted";

    /// <summary>A migration began.</summary>
    public const string MigrationTriggered = "keyprovider-migration.triggered";

    /// <summary>A migration moved keys, was resumed or could not go on.</summary>
    public const string MigrationProgressed = "keyprovider-migration.progressed";

    /// <summary>A migration ended.</summary>
    public const string MigrationFinished = "keyprovider-migration.finished";

    /// <summary>A key provider was tested.</summary>
    public const string ProviderTested = "keyprovider.tested";

    /// <summary>A key provider became Active.</summary>
    public const string ProviderActivated = "keyprovider.activated";

    /// <summary>A key provider became Archived because another became Active.</summary>
    public const string ProviderArchived = "keyprovider.archived";

    /// <summary>A key provider was deactivated.</summary>
    public const string ProviderDeactivated = "keyprovider.deactivated";

    /// <summary>A deactivated key provider was restored.</summary>
    public const string ProviderRestored = "keyprovider.restored";

    /// <summary>KMS gave no answer in a key provider's region, and its key is asked in another one.</summary>
    public const string ProviderFailedOver = "keyprovider.failedover";

    /// <summary>A key provider's own region answers again.</summary>
    public const string ProviderReturned = "keyprovider.returned";

    /// <summary>KMS refused a multi-Region key: nothing fails over until a check passes in that region.</summary>
    public const string ProviderRefused = "keyprovider.refused";

    /// <summary>A master key's policy was changed, in some or all of its regions.</summary>
    public const string KeyPolicyUpdated = "keypolicy.updated";

    /// <summary>A drill of a key provider begins to change key policies.</summary>
    public const string DrillStarted = "keyprovider-drill.started";

    /// <summary>A drill of a key provider ended.</summary>
    public const string DrillFinished = "keyprovider-drill.finished";

    /// <summary>A tenant's key ring was written into a file.</summary>
    public const string KeyRingExported = "keyring.exported";

    /// <summary>Keys of a key ring were opened through their providers and put in.</summary>
    public const string KeyRingImported = "keyring.imported";

    /// <summary>A new key-encryption key wraps from now on.</summary>
    public const string KeyRotated = "key.rotated";

    /// <summary>A key-encryption key was removed, with its record overwritten.</summary>
    public const string KeyRemoved = "key.removed";

    /// <summary>A customer master key was made in AWS KMS.</summary>
    public const string MasterKeyCreated = "masterkey.created";

    /// <summary>A master key's alias, rotation, policy, replicas, description or tags were changed.</summary>
    public const string MasterKeyUpdated = "masterkey.updated";

    /// <summary>A master key was enabled.</summary>
    public const string MasterKeyEnabled = "masterkey.enabled";

    /// <summary>A master key was disabled.</summary>
    public const string MasterKeyDisabled = "masterkey.disabled";

    /// <summary>A master key will be deleted when its waiting period ends.</summary>
    public const string MasterKeyDeletionScheduled = "masterkey.deletion-scheduled";

    /// <summary>The deletion of a master key was cancelled.</summary>
    public const string MasterKeyRestored = "masterkey.restored";

    /// <summary>A grant on a master key was made.</summary>
    public const string GrantCreated = "grant.created";

    /// <summary>A grant was taken away.</summary>
    public const string GrantRevoked = "grant.revoked";

    /// <summary>A grant was given back.</summary>
    public const string GrantRetired = "grant.retired";

    /// <summary>A tenant was created.</summary>
    public const string TenantCreated = "tenant.created";

    /// <summary>A tenant's display name, region, edition or key lease was changed.</summary>
    public const string TenantUpdated = "tenant.updated";

    /// <summary>A tenant was removed. Its chain of events stays.</summary>
    public const string TenantRemoved = "tenant.removed";

    /// <summary>A tenant goes so that no backup opens its keys with the root key of this machine: what goes with it, and which root key is to be retired.</summary>
    public const string TenantShredding = "tenant.shredding";

    /// <summary>A tenant was shredded: what was destroyed, and what could not be reached.</summary>
    public const string TenantShredded = "tenant.shredded";

    /// <summary>A tenant's data may be read from now on although the record of it can't be written.</summary>
    public const string UntracedReadsAllowed = "tenant.untraced-reads-allowed";

    /// <summary>A tenant's data is no longer read where the record of it can't be written.</summary>
    public const string UntracedReadsEnded = "tenant.untraced-reads-ended";

    /// <summary>Files or values were protected.</summary>
    public const string DataProtected = "data.protected";

    /// <summary>Files or values are about to be read: at most so many. It is written before the first plaintext leaves.</summary>
    public const string DataRequested = "data.requested";

    /// <summary>Files or values were read.</summary>
    public const string DataUnprotected = "data.unprotected";

    /// <summary>Files or values were verified.</summary>
    public const string DataTested = "data.tested";

    /// <summary>Messages that were found were catalogued, entries followed files that were moved, or entries of files that are gone were removed.</summary>
    public const string CatalogUpdated = "catalog.updated";

    /// <summary>KMS was called by an operation that has no other event, such as one that failed.</summary>
    public const string KmsCalled = "kms.called";

    /// <summary>The store was created.</summary>
    public const string StoreCreated = "store.created";

    /// <summary>A new root key of the internal KMS opens and signs from now on: the tenant's, or, where it names none, the store's own.</summary>
    public const string RootRotated = "root.rotated";

    /// <summary>The root key before the current one is kept no longer.</summary>
    public const string RootRetired = "root.retired";

    /// <summary>The root key was backed up under a passphrase.</summary>
    public const string RootExported = "root.exported";

    /// <summary>A user's own platform profile was copied into the store.</summary>
    public const string PlatformAdded = "platform.added";

    /// <summary>An administrator accepted that the store is older than what this machine saw of it.</summary>
    public const string RollbackAccepted = "store.rollback-accepted";

    /// <summary>An anchor was made over the heads of all chains.</summary>
    public const string AnchorMade = "anchor.made";

    /// <summary>An anchor was told to AWS KMS, whose CloudTrail holds it.</summary>
    public const string AnchorPublished = "anchor.published";

    /// <summary>The first events of a chain left the store for an archive.</summary>
    public const string EventsArchived = "events.archived";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ProviderCreated,
        ProviderUpdated,
        ProviderDeleted,
        MigrationTriggered,
        MigrationProgressed,
        MigrationFinished,
        ProviderTested,
        ProviderActivated,
        ProviderArchived,
        ProviderDeactivated,
        ProviderRestored,
        ProviderFailedOver,
        ProviderReturned,
        ProviderRefused,
        KeyPolicyUpdated,
        DrillStarted,
        DrillFinished,
        KeyRotated,
        KeyRemoved,
        KeyRingExported,
        KeyRingImported,
        MasterKeyCreated,
        MasterKeyUpdated,
        MasterKeyEnabled,
        MasterKeyDisabled,
        MasterKeyDeletionScheduled,
        MasterKeyRestored,
        GrantCreated,
        GrantRevoked,
        GrantRetired,
        TenantCreated,
        TenantUpdated,
        TenantRemoved,
        TenantShredding,
        TenantShredded,
        UntracedReadsAllowed,
        UntracedReadsEnded,
        DataProtected,
        DataRequested,
        DataUnprotected,
        DataTested,
        CatalogUpdated,
        KmsCalled,
        StoreCreated,
        RootRotated,
        RootRetired,
        RootExported,
        PlatformAdded,
        RollbackAccepted,
        AnchorMade,
        AnchorPublished,
        EventsArchived,
    ];
}
