namespace TenantEncryption.Events;

/// <summary>The types of events, without the platform's prefix. The first six are Qlik's.</summary>
public static class EventTypes
{
    /// <summary>A key provider was registered.</summary>
    public const string ProviderCreated = "keyprovider.created";

    /// <summary>A key provider's name, description or connection was changed.</summary>
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

    /// <summary>A drill of a key provider begins to change key policies.</summary>
    public const string DrillStarted = "keyprovider-drill.started";

    /// <summary>A drill of a key provider ended.</summary>
    public const string DrillFinished = "keyprovider-drill.finished";

    /// <summary>A new key-encryption key wraps from now on.</summary>
    public const string KeyRotated = "key.rotated";

    /// <summary>A tenant was created.</summary>
    public const string TenantCreated = "tenant.created";

    /// <summary>Files or values were protected.</summary>
    public const string DataProtected = "data.protected";

    /// <summary>Files or values were read.</summary>
    public const string DataUnprotected = "data.unprotected";

    /// <summary>Files or values were verified.</summary>
    public const string DataTested = "data.tested";

    /// <summary>KMS was called by an operation that has no other event, such as one that failed.</summary>
    public const string KmsCalled = "kms.called";

    /// <summary>The store was created.</summary>
    public const string StoreCreated = "store.created";

    /// <summary>The root key of the internal KMS was rotated.</summary>
    public const string RootRotated = "root.rotated";
}
