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

    /// <summary>The error, when it did not; nothing was written. Its text begins with <see cref="Source"/>.</summary>
    public TenantEncryptionException? Error { get; private init; }

    /// <summary>Why it was left alone, when it was.</summary>
    public string? Skipped { get; init; }

    /// <summary>Whether it was passed over because its output exists, as the caller wished.</summary>
    public bool PassedOver { get; init; }

    /// <summary>What the user should know although it went well.</summary>
    public string? Warning { get; init; }

    /// <summary>The outcome of a file that failed.</summary>
    /// <param name="source">The input.</param>
    /// <param name="exception">What went wrong, of whatever type.</param>
    internal static FileOutcome<T> Failed(string source, Exception exception) =>
        new() { Source = source, Error = TenantEncryptionException.Of(exception).About(source) };

    /// <summary>The outcome of a file on which nothing was to be done.</summary>
    internal static FileOutcome<T> Settled(FileRequest file) => file.Refusal is { } refusal
        ? Failed(file.Source, refusal)
        : new() { Source = file.Source, Skipped = file.LeftOut, PassedOver = file.PassedOver };
}
