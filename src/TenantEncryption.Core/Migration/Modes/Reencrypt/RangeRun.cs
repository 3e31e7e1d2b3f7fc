using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Files;

namespace TenantEncryption.Migration;

/// <summary>One batch's work, in folders from which what crashed processes left was swept, and which say meanwhile that somebody writes there.</summary>
internal sealed class RangeRun(ProtectRun run, FolderMarks marks) : IFileBatch<FileOutcome<ProtectedFile>>
{
    /// <inheritdoc/>
    public Task<int> WorkAsync(CancellationToken cancellationToken) => run.WorkAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FileOutcome<ProtectedFile>>> SettleAsync(CancellationToken cancellationToken) => run.SettleAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await run.DisposeAsync().ConfigureAwait(false);
        marks.Dispose();
    }
}
