using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Hosting;

/// <summary>
/// How a host opens its <see cref="TenantEncryptionService"/>. What is a text, a number or a time can come from configuration; nothing of it is secret.
/// What is a function is given in code: another store, another KMS, or a root key that a passphrase seals.
/// </summary>
public sealed class TenantEncryptionSettings
{
    /// <summary>The folder of the SQLite store. Either this or <see cref="Store"/> is given.</summary>
    public string? StorePath { get; set; }

    /// <summary>Whether a store is made where there is none. No when not given: a service that finds no store more likely has a wrong path than a first day.</summary>
    public bool CreateStore { get; set; }

    /// <summary>How long a transaction waits for other writers before it is <c>STORE_LOCKED</c>; of the SQLite store.</summary>
    public TimeSpan StoreBusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The folder of the root keys; that of the account when not given.</summary>
    public string? RootKeyFolder { get; set; }

    /// <summary>
    /// The ARN of the platform's key in AWS KMS under which the root key is sealed, in the store itself, so that all machines that share the store have it; in the place
    /// of <see cref="RootKeyFolder"/>.
    /// </summary>
    public string? RootKeyArn { get; set; }

    /// <summary>The folder in which the heads of the event log are kept outside the store; that of the root keys when not given.</summary>
    public string? LogHeadFolder { get; set; }

    /// <summary>Who acts, for events; the account and machine of the process when not given.</summary>
    public string? Actor { get; set; }

    /// <summary>A key lease for this process, where it is shorter than the tenant's: from zero, which is one call of the provider an operation.</summary>
    public TimeSpan? KeyLease { get; set; }

    /// <summary>How AWS KMS is called.</summary>
    public KmsSettings Kms { get; set; } = new();

    /// <summary>Anchors of the event log that the service makes by itself.</summary>
    public AnchorSettings Anchors { get; set; } = new();

    /// <summary>
    /// Makes the object store whose buckets are named by <c>s3://bucket</c>, such as an <c>S3ObjectStore</c>, when one is named first; the service owns it. None when not given.
    /// </summary>
    public Func<IServiceProvider, IObjectStore>? ObjectStore { get; set; }

    /// <summary>Makes the store, in the place of <see cref="StorePath"/>; the service owns it.</summary>
    public Func<IServiceProvider, IStore>? Store { get; set; }

    /// <summary>Makes the KMS, in the place of <see cref="Kms"/>, when it is called first; the service owns it.</summary>
    public Func<IServiceProvider, IKms>? KmsClient { get; set; }

    /// <summary>Makes what keeps the root key, in the place of <see cref="RootKeyFolder"/> and <see cref="RootKeyArn"/>.</summary>
    public Func<IServiceProvider, IRootKeyVault>? RootKeyVault { get; set; }
}
