using TenantEncryption.Keys.Root;

namespace TenantEncryption.Reports;

/// <summary>The store that a report is about.</summary>
public sealed record ReportedStore
{
    /// <summary>Where it is.</summary>
    public required string Location { get; init; }

    /// <summary>Its id.</summary>
    public required string StoreId { get; init; }

    /// <summary>The version of its schema.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>Whether a sealed key record that was replaced or removed is in no file of it any more.</summary>
    public bool OverwritesReplacedRecords { get; init; }

    /// <summary>Whether processes of several machines may use it at once.</summary>
    public bool SharedByMachines { get; init; }

    /// <summary>How the root key of its internal KMS is kept.</summary>
    public RootKeyProtection RootKeyProtection { get; init; }

    /// <summary>The ARN of the key in AWS KMS under which that root key is sealed; <see langword="null"/> where it is kept in another way.</summary>
    public string? RootKeyArn { get; init; }

    /// <summary>The id of that root key.</summary>
    public required string RootKeyId { get; init; }
}
