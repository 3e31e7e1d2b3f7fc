namespace TenantEncryption.Stores;

/// <summary>The rows of users' own platform profiles. They never change.</summary>
internal interface IPlatformTable
{
    /// <summary>Adds a profile whose name is free.</summary>
    /// <param name="platform">The profile.</param>
    /// <returns>When it is added.</returns>
    Task AddAsync(StoredPlatform platform);

    /// <summary>The profile of a name, or <see langword="null"/>.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <returns>The profile.</returns>
    Task<StoredPlatform?> FindAsync(string name);

    /// <summary>All profiles, ordered by name.</summary>
    /// <returns>The profiles.</returns>
    Task<IReadOnlyList<StoredPlatform>> ListAsync();
}
