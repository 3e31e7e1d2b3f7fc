
namespace TenantEncryption.Aws.Translation;

/// <summary>What was called, for errors.</summary>
/// <param name="Operation">The operation, such as <c>kms:Decrypt</c>.</param>
/// <param name="KeyId">The key, as it was asked for; <see langword="null"/> for a call that names none.</param>
/// <param name="Region">The region.</param>
internal sealed record CallSite(string Operation, string? KeyId, string Region)
{
    /// <summary>Makes an error that says where it happened.</summary>
    public TenantEncryptionException Error(string code, string detail, Exception? innerException = null, string? requestId = null) =>
        new(code, detail.EndsWith('.') ? detail : $"{detail}.", innerException)
        {
            Operation = Operation,
            KeyArn = KeyId,
            Region = Region,
            RequestId = requestId,
        };

    /// <summary>What a service said of an error; nothing when it said nothing, for which the SDK has stock phrases.</summary>
    public static string Said(Exception exception) =>
        exception.Message.StartsWith("The service returned an error", StringComparison.Ordinal) ? ""
        : exception.Message.StartsWith("Failed to resolve AWS credentials", StringComparison.Ordinal)
            ? "it looked in the environment, a web identity, the profile, the container and the instance's metadata."
        : Quote(exception.Message);

    /// <summary>Text from outside, cut and on one line.</summary>
    public static string Quote(string? text)
    {
        const int longest = 400;
        string line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > longest ? line[..longest] + "…" : line;
    }
}
