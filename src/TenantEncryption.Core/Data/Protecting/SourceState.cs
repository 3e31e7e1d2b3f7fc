using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Data.Protecting;

/// <summary>What tells whether a source is still what was read.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="WrittenAt">When it was last written.</param>
internal sealed record SourceState(long Length, DateTime WrittenAt)
{
    /// <summary>The state of an open file; <see langword="null"/> for a file that allows one pass only.</summary>
    public static SourceState? Of(SafeFileHandle file) =>
        RegularFile.TryGetSourceLength(file, out long length) ? new SourceState(length, File.GetLastWriteTimeUtc(file)) : null;
}
