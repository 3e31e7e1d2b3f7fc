using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>How a store is opened. Its secrets are zeroed when the store is closed.</summary>
internal sealed record ConnectionSettings : IDisposable
{
    /// <summary>Where the store is.</summary>
    public required StoreAddress Address { get; init; }

    /// <summary>The connection string of a database in UTF-8.</summary>
    public SecretBytes? ConnectionString { get; init; }

    /// <summary>The role that works with a database, which is given the rights that it needs when a store is made there.</summary>
    public string? ApplicationRole { get; init; }

    /// <summary>Whether a store is made where there is none.</summary>
    public bool Create { get; init; }

    /// <summary>The passphrase of the root key in UTF-8, where one protects it.</summary>
    public SecretBytes? Passphrase { get; init; }

    /// <summary>The ARN of the key in AWS KMS that seals the root key, where one does.</summary>
    public string? RootKeyArn { get; init; }

    /// <summary>A backup of the root key, in the place of what sealed it; the passphrase is the backup's.</summary>
    public RootKeyBackup? RootKeyBackup { get; init; }

    /// <summary>On Windows: whether the root key is sealed for the machine instead of the user.</summary>
    public bool MachineScope { get; init; }

    /// <summary>A shorter key lease than the tenants' own.</summary>
    public TimeSpan? KeyLease { get; init; }

    /// <summary>AWS credentials for this session.</summary>
    public SessionCredentials? Credentials { get; init; }

    /// <summary>Whether anything was given that an open store may not have.</summary>
    public bool IsSpecific => ConnectionString is not null || Passphrase is not null || RootKeyArn is not null || MachineScope || KeyLease is not null || Credentials is not null;

    /// <inheritdoc/>
    public void Dispose()
    {
        ConnectionString?.Dispose();
        Passphrase?.Dispose();
        Credentials?.Dispose();
    }
}
