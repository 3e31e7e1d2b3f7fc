using TenantEncryption.Errors;

namespace TenantEncryption;

/// <summary>
/// The one exception of this library. <see cref="Code"/> says what happened in a stable word, the message says it in detail and
/// ends with the remedy, and the AWS properties say where. No message or property ever holds key material or plaintext.
/// </summary>
public class TenantEncryptionException : Exception
{
    /// <summary>Makes an error from the catalog.</summary>
    /// <param name="code">A constant of <see cref="ErrorCodes"/>.</param>
    /// <param name="detail">What happened, in one or two sentences; <see langword="null"/> for the catalog's cause.</param>
    /// <param name="innerException">What led to it.</param>
    /// <param name="remedy">What to do about it, where that is more than the catalog knows; <see langword="null"/> for the catalog's.</param>
    public TenantEncryptionException(string code, string? detail = null, Exception? innerException = null, string? remedy = null)
        : base($"{detail ?? ErrorCatalog.Get(code).Cause} {remedy ?? ErrorCatalog.Get(code).Remedy}", innerException)
    {
        Definition = ErrorCatalog.Get(code);
        Detail = detail ?? Definition.Cause;
        Remedy = remedy ?? Definition.Remedy;
    }

    /// <summary>The stable code, a constant of <see cref="ErrorCodes"/>.</summary>
    public string Code => Definition.Code;

    /// <summary>What happened, without the remedy.</summary>
    public string Detail { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    /// <summary>The code's definition.</summary>
    public ErrorDefinition Definition { get; }

    /// <summary>The operation that failed, such as <c>kms:Decrypt</c>, or <see langword="null"/>.</summary>
    public string? Operation { get; init; }

    /// <summary>The key that was asked for, or <see langword="null"/>.</summary>
    public string? KeyArn { get; init; }

    /// <summary>The AWS region that was asked, or <see langword="null"/>.</summary>
    public string? Region { get; init; }

    /// <summary>The AWS request id of the answer, which CloudTrail also has, or <see langword="null"/>.</summary>
    public string? RequestId { get; init; }

    /// <summary>What exists although the operation failed, such as a master key without its alias; <see langword="null"/> for nothing.</summary>
    public object? Unfinished { get; init; }

    /// <summary>An exception of any type as one of this library's.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The same, or <c>OUT_OF_MEMORY</c> or <c>UNKNOWN</c> with it inside.</returns>
    public static TenantEncryptionException Of(Exception exception) =>
        exception as TenantEncryptionException
        ?? (exception is OutOfMemoryException
            ? new TenantEncryptionException(ErrorCodes.OutOfMemory, innerException: exception)
            : new TenantEncryptionException(ErrorCodes.Unknown, $"{exception.GetType().Name}: {exception.Message}", exception));

    /// <summary>The same error, whose text begins with the file that it is about: of many, nobody could tell which one is meant.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <returns>The error, with this one inside.</returns>
    public TenantEncryptionException About(string path)
    {
        string quoted = $"'{path}'";
        string detail = Detail.StartsWith(quoted, StringComparison.Ordinal) ? path + Detail[quoted.Length..] : $"{path}: {Detail}";
        return new TenantEncryptionException(Code, detail, InnerException ?? this, Remedy)
        {
            Operation = Operation,
            KeyArn = KeyArn,
            Region = Region,
            RequestId = RequestId,
            Unfinished = Unfinished,
        };
    }
}
