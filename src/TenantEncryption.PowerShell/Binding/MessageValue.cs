using System.Buffers;
using System.Buffers.Text;
using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads the message of a value: bytes as they are, text as base64.</summary>
internal static class MessageValue
{
    /// <summary>The message.</summary>
    /// <param name="input">The value.</param>
    /// <returns>The message's bytes.</returns>
    /// <exception cref="TenantEncryptionException"><c>NOT_A_MESSAGE</c>: text that is not base64; <c>INVALID_INPUT</c>: a SecureString.</exception>
    public static ReadOnlyMemory<byte> Read(PipelineInput input) => input.Kind switch
    {
        InputKind.Bytes => input.Bytes,
        InputKind.Text => Decode(input.Text),
        _ => throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A protected value is text in base64 or a byte[]; a SecureString is neither."),
    };

    private static ReadOnlyMemory<byte> Decode(string text)
    {
        byte[] base64 = Encoding.UTF8.GetBytes(text);
        return Base64.DecodeFromUtf8InPlace(base64, out int length) == OperationStatus.Done
            ? base64.AsMemory(0, length)
            : throw new TenantEncryptionException(
                ErrorCodes.NotAMessage, "The text is not base64. A piped string is a value; for a file give -Path, or pipe what Get-Item gives.");
    }
}
