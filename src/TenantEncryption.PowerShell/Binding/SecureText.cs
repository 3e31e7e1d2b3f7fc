using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Moves text between SecureString and UTF-8 without a string in between.</summary>
internal static class SecureText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The bytes; the caller disposes them, which zeroes them.</returns>
    public static SecretBytes ToUtf8(SecureString text)
    {
        nint buffer = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            using var copy = new SecretBytes(text.Length * sizeof(char));
            Span<char> characters = MemoryMarshal.Cast<byte, char>(copy.Span);
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = (char)Marshal.ReadInt16(buffer, i * sizeof(char));
            }

            var bytes = new SecretBytes(Encoding.UTF8.GetByteCount(characters));
            Encoding.UTF8.GetBytes(characters, bytes.Span);
            return bytes;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(buffer);
        }
    }

    /// <summary>The text of UTF-8 bytes.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <returns>The text, read-only.</returns>
    /// <exception cref="TenantEncryptionException"><c>NOT_TEXT</c>: they are not UTF-8; <c>LIMIT_EXCEEDED</c>: a SecureString holds no more than 65,536 characters.</exception>
    public static SecureString FromUtf8(ReadOnlySpan<byte> utf8)
    {
        char[] characters = GC.AllocateArray<char>(Encoding.UTF8.GetMaxCharCount(utf8.Length), pinned: true);
        var text = new SecureString();
        try
        {
            int length = Strict.GetChars(utf8, characters);
            foreach (char character in characters.AsSpan(0, length))
            {
                text.AppendChar(character);
            }

            text.MakeReadOnly();
            return text;
        }
        catch (DecoderFallbackException exception)
        {
            text.Dispose();
            throw new TenantEncryptionException(ErrorCodes.NotText, innerException: exception);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            text.Dispose();
            throw new TenantEncryptionException(ErrorCodes.LimitExceeded, "A SecureString holds no more than 65,536 characters.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    /// <summary>UTF-8 bytes as a string.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <returns>The text.</returns>
    /// <exception cref="TenantEncryptionException"><c>NOT_TEXT</c>: they are not UTF-8.</exception>
    public static string ToText(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.NotText, innerException: exception);
        }
    }
}
