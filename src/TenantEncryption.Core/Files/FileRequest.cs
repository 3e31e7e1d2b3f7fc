using TenantEncryption.Files;

namespace TenantEncryption.Data;

/// <summary>One file to work on.</summary>
/// <param name="Source">The full path of the input.</param>
/// <param name="Destination">The full path of the output; of a file that is only verified, the input's.</param>
public sealed record FileRequest(string Source, string Destination)
{
    /// <summary>
    /// Why the file is not worked on, when that was clear before anything was done, such as another source having the same destination; it becomes the
    /// file's outcome. <see langword="null"/> for a file to work on.
    /// </summary>
    public TenantEncryptionException? Refusal { get; init; }

    /// <summary>
    /// Why what was found is left alone although nothing is wrong with it, such as a link in a folder; it becomes the outcome's
    /// <see cref="FileOutcome{T}.Skipped"/>. <see langword="null"/> for a file to work on.
    /// </summary>
    public string? LeftOut { get; init; }

    /// <summary>Whether nothing is to be done any more.</summary>
    public bool IsSettled => Refusal is not null || LeftOut is not null || PassedOver;

    /// <summary>Whether it is passed over, as its output exists.</summary>
    internal bool PassedOver { get; init; }

    /// <summary>Whether it was found in a folder, where links are not followed.</summary>
    internal bool IsListed { get; init; }

    /// <summary>Whether the destination's folder has so many files that a command on one of them does not list it.</summary>
    internal bool IsInLargeFolder { get; init; }

    /// <summary>What is at the destination.</summary>
    internal ExistingEntry Existing { get; init; }
}
