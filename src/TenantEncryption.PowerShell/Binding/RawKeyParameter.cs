using System.Buffers.Text;
using System.Security;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads the raw AES key of <c>-RawKey</c>, <c>-RawKeyNamespace</c> and <c>-RawKeyName</c>.</summary>
internal static class RawKeyParameter
{
    /// <summary>A keyring of the key.</summary>
    /// <param name="rawKey">Base64 of 16, 24 or 32 bytes, or <see langword="null"/> when none was given.</param>
    /// <param name="keyNamespace">The key namespace.</param>
    /// <param name="keyName">The key name.</param>
    /// <returns>The keyring, which the caller disposes, or <see langword="null"/>.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: not base64, of another length, or namespace or name are missing.</exception>
    public static RawAesKeyring? Read(SecureString? rawKey, string? keyNamespace, string? keyName)
    {
        if (rawKey is null && keyNamespace is null && keyName is null)
        {
            return null;
        }

        if (rawKey is null || keyNamespace is null || keyName is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-RawKey, -RawKeyNamespace and -RawKeyName belong together.");
        }

        using SecretBytes text = SecureText.ToUtf8(rawKey);
        using var key = new SecretBytes(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        return Base64.DecodeFromUtf8(text.Span, key.Span, out _, out int length) == System.Buffers.OperationStatus.Done
            ? new RawAesKeyring(keyNamespace, keyName, key.Span[..length])
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "-RawKey is not base64.");
    }
}
