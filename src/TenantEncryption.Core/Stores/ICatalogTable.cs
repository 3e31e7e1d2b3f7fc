using TenantEncryption.Data;
using TenantEncryption.Files;

namespace TenantEncryption.Stores;

/// <summary>The rows of the catalog: a path has at most one, whatever its case where that tells no files apart (<see cref="PathIdentity"/>), and message ids are unique. Beside them, those of files about to take their names.</summary>
internal interface ICatalogTable
{
    /// <summary>Notes entries as pending, before their files take their names. They count as catalogued, and are not listed.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="entries">The entries, each of another path.</param>
    /// <returns>When they are noted.</returns>
    Task AddPendingAsync(string reservationId, IReadOnlyList<CatalogEntry> entries);

    /// <summary>Catalogues a reservation's pending entries, in place of what was at the same paths before.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="exceptPaths">The paths of those that stay pending; <see langword="null"/> for none.</param>
    /// <returns>How many were catalogued: fewer than were noted, when another process took their writer for dead.</returns>
    Task<int> ConfirmAsync(string reservationId, IReadOnlyList<string>? exceptPaths = null);

    /// <summary>Forgets a reservation's pending entries.</summary>
    /// <param name="reservationId">The reservation under which they were written.</param>
    /// <param name="exceptPaths">The paths of those that stay pending; <see langword="null"/> for none.</param>
    /// <returns>When it is done.</returns>
    Task RemovePendingAsync(string reservationId, IReadOnlyList<string>? exceptPaths = null);

    /// <summary>Removes catalogued entries.</summary>
    /// <param name="messageIds">Their message ids.</param>
    /// <returns>When it is done.</returns>
    Task RemoveAsync(IReadOnlyList<string> messageIds);

    /// <summary>The entry at a path, or <see langword="null"/>.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>The entry.</returns>
    Task<CatalogEntry?> FindAtAsync(string path);

    /// <summary>The message id of the entry at a path, or <see langword="null"/>.</summary>
    /// <param name="path">The full path.</param>
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

    /// <summary>The pending entries whose reservation is gone: their writer died between the row and the rename, or just after it.</summary>
    /// <returns>The entries, those of a reservation together.</returns>
    Task<IReadOnlyList<PendingEntry>> ListOrphanedAsync();
}
