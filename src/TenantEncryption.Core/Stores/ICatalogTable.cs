using TenantEncryption.Data;

namespace TenantEncryption.Stores;

/// <summary>The rows of the catalog. A path has at most one Present entry; message ids are unique.</summary>
public interface ICatalogTable
{
    /// <summary>Adds entries in state Pending, before their files take their names.</summary>
    /// <param name="entries">The entries.</param>
    /// <returns>When they are added.</returns>
    Task AddPendingAsync(IReadOnlyList<CatalogEntry> entries);

    /// <summary>Marks entries Present and removes what was Present at the same paths before.</summary>
    /// <param name="messageIds">Their message ids.</param>
    /// <returns>When it is done.</returns>
    Task ConfirmAsync(IReadOnlyList<string> messageIds);

    /// <summary>Removes entries.</summary>
    /// <param name="messageIds">Their message ids.</param>
    /// <returns>When it is done.</returns>
    Task RemoveAsync(IReadOnlyList<string> messageIds);

    /// <summary>The Present entry at a path, or <see langword="null"/>.</summary>
    /// <param name="path">The full path, exactly.</param>
    /// <returns>The entry.</returns>
    Task<CatalogEntry?> FindAtAsync(string path);

    /// <summary>The message id of the Present entry at a path, or <see langword="null"/>.</summary>
    /// <param name="path">The full path, exactly.</param>
    /// <returns>The message id.</returns>
    Task<string?> FindMessageIdAtAsync(string path);

    /// <summary>Entries in the order of their paths, page by page, so that a catalog of any size is streamed.</summary>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for all.</param>
    /// <param name="kekId">Under this key; <see langword="null"/> for all.</param>
    /// <param name="providerId">Depending on this provider; <see langword="null"/> for all.</param>
    /// <param name="afterPath">After this path; <see langword="null"/> from the start.</param>
    /// <param name="limit">At most so many.</param>
    /// <returns>The entries.</returns>
    Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, string? afterPath, int limit);

    /// <summary>The Pending entries whose reservation is gone: their writer died between the row and the rename, or just after it.</summary>
    /// <returns>The entries.</returns>
    Task<IReadOnlyList<CatalogEntry>> ListOrphanedAsync();
}
