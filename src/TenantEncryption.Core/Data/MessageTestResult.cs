using TenantEncryption.Errors;

namespace TenantEncryption.Data;

/// <summary>What verifying a message to its last byte showed.</summary>
public sealed record MessageTestResult
{
    /// <summary>The full path of the message; <see langword="null"/> for a value.</summary>
    public string? Path { get; init; }

    /// <summary>Whether every byte verifies.</summary>
    public bool Success => Code == ErrorCodes.Success;

    /// <summary><c>SUCCESS</c>, or why it can't be read.</summary>
    public required string Code { get; init; }

    /// <summary>The same in words.</summary>
    public string? Detail { get; init; }

    /// <summary>The tenant whose data it is.</summary>
    public string? TenantId { get; init; }

    /// <summary>The message id in lower-case hexadecimal.</summary>
    public string? MessageId { get; init; }

    /// <summary>The length of the plaintext in bytes.</summary>
    public long Length { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}
