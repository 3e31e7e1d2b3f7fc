using TenantEncryption.Data.Files;

namespace TenantEncryption.Data;

/// <summary>One file to work on.</summary>
/// <param name="Source">The full path of the input.</param>
/// <param name="Destination">The full path of the output.</param>
public sealed record FileRequest(string Source, string Destination)
{
    /// <summary>
    /// Why the file is not worked on, when that was clear before anything was done, such as another source having the same destination; it becomes the
    /// file's outcome. <see langword="null"/> for a file to work on.
    /// </summary>
    public TenantEncryptionException? Refusal { get; init; }

    /// <summary>What is at the destination.</summary>
    internal ExistingEntry Existing { get; init; }
}
