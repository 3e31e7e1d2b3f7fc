using TenantEncryption.Anchors;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption;

/// <summary>How a <see cref="TenantEncryptionService"/> is opened.</summary>
public sealed record TenantEncryptionOptions
{
    /// <summary>Keeps the root key of the internal KMS; <see langword="null"/> for <see cref="FileRootKeyVault"/> in the user's configuration folder.</summary>
    public IRootKeyVault? RootKeyVault { get; init; }

    /// <summary>The folder in which the heads of the event log are kept outside the store; <see langword="null"/> for that of the user's root keys, or of the machine's where the root key is one.</summary>
    public string? LogHeadFolder { get; init; }

    /// <summary>
    /// Makes the object store whose buckets are named by <c>s3://bucket</c>, when one is named first; the service owns and disposes it.
    /// <see langword="null"/> where there is none.
    /// </summary>
    public Func<IObjectStore>? ObjectStore { get; init; }

    /// <summary>Anchors of the event log made by themselves while the service is open; <see langword="null"/> for none.</summary>
    public AnchorSchedule? Anchors { get; init; }

    /// <summary>Who acts, for events; <see langword="null"/> for the user and machine of the process.</summary>
    public string? Actor { get; init; }

    /// <summary>A key lease for this process, where it is shorter than the tenant's.</summary>
    public TimeSpan? KeyLease { get; init; }

    /// <summary>Told of each KMS call, from any thread.</summary>
    public Action<KmsCall>? OnKmsCall { get; init; }

    /// <summary>Told of what is not an error but should be known, from any thread.</summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>After how many wraps a key is rotated by itself; 2^30 unless a test says otherwise.</summary>
    internal long WrapLimit { get; init; } = WrapReservations.DefaultWrapLimit;

    /// <summary>The process that this one is to others; <see langword="null"/> for itself.</summary>
    internal RunningProcess? Process { get; init; }

    /// <summary>What tells the files of this machine from those of others in the catalog.</summary>
    internal string Machine { get; init; } = LocalFiles.OneMachine;

    /// <summary>The file system.</summary>
    internal Files.IFileEffects FileEffects { get; init; } = new Files.FileEffects();

    /// <summary>The AEAD of messages and keys; <see langword="null"/> for the platform's AES-GCM.</summary>
    internal Envelope.IAeadFactory? AeadFactory { get; init; }
}
