
namespace TenantEncryption.Data;

/// <summary>How one file of a command went: a result, an error, or a reason for which it was left alone.</summary>
/// <typeparam name="T">The kind of result.</typeparam>
public sealed record FileOutcome<T>
    where T : class
{
    /// <summary>The full path of the input.</summary>
    public required string Source { get; init; }

    /// <summary>The result, when it went well.</summary>
    public T? Result { get; init; }

    /// <summary>The error, when it did not; nothing was written.</summary>
    public TenantEncryptionException? Error { get; init; }

    /// <summary>Why it was left alone, when it was.</summary>
    public string? Skipped { get; init; }

    /// <summary>What the user should know although it went well.</summary>
    public string? Warning { get; init; }
}
