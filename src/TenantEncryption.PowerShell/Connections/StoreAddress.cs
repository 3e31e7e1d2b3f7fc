using TenantEncryption.Files;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Where a store is, as one and the same however it is spelled: a folder, or the place of a database, which holds no secret.</summary>
internal sealed record StoreAddress
{
    private StoreAddress(string location, bool isFolder) => (Location, IsFolder) = (location, isFolder);

    /// <summary>The folder's full path, or <c>postgresql://host:port/database</c>.</summary>
    public string Location { get; }

    /// <summary>Whether it is a folder, which is opened with nothing but its path.</summary>
    public bool IsFolder { get; }

    /// <summary>A folder.</summary>
    /// <param name="path">Any spelling of its full path.</param>
    public static StoreAddress OfFolder(string path) => new(StorePath.Full(path), isFolder: true);

    /// <summary>A database.</summary>
    /// <param name="connectionString">The connection string. It is not kept.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it can't be read.</exception>
    public static StoreAddress OfDatabase(string connectionString) => new(Adapters.FindLocation(connectionString), isFolder: false);

    /// <inheritdoc/>
    public bool Equals(StoreAddress? other) =>
        other is not null && IsFolder == other.IsFolder && (IsFolder ? StorePath.Comparer : StringComparer.Ordinal).Equals(Location, other.Location);

    /// <inheritdoc/>
    public override int GetHashCode() => (IsFolder ? StorePath.Comparer : StringComparer.Ordinal).GetHashCode(Location);

    /// <inheritdoc/>
    public override string ToString() => Location;
}
