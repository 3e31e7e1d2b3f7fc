namespace TenantEncryption.LocalKms.Errors;

/// <summary>An answer that refuses a call: AWS's error type, its message (some have none) and the HTTP status.</summary>
internal sealed class KmsError(string type, string? message, int status = StatusCodes.Status400BadRequest) : Exception(message)
{
    /// <summary>The value of <c>__type</c>, such as <c>NotFoundException</c>.</summary>
    public string Type { get; } = type;

    /// <summary>The message that AWS gives, or <see langword="null"/>.</summary>
    public string? Text { get; } = message;

    public int Status { get; } = status;
}
