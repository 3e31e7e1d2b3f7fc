using TenantEncryption.Data.Batches;

namespace TenantEncryption.Data.Protecting;

/// <summary>Writes the message of one file of a batch.</summary>
internal interface IFileWriter
{
    /// <summary>Writes it to a temporary file, flushed to the disk, and takes note of it; or notes that the file is left alone.</summary>
    /// <param name="command">The command.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="file">The file.</param>
    /// <param name="turns">How many threads its frames have.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="TenantEncryptionException">Why it failed; of an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> the caller makes one.</exception>
    ValueTask WriteAsync(ProtectCommand command, ProtectBatch batch, BatchFile file, FileTurns turns, CancellationToken cancellationToken);
}
