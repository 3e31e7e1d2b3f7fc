using System.Security.Cryptography;
using TenantEncryption.Keys;

namespace TenantEncryption.Aws.Calls;

/// <summary>
/// Moves plaintext out of and into the SDK's streams. The decoded bytes of an answer are zeroed here; what can't be reached, and so
/// stays in memory until the collector reuses it, are the SDK's and HttpClient's buffers of the message itself (JSON with base64).
/// </summary>
internal static class PlaintextBuffer
{
    /// <summary>Copies the plaintext of an answer into key material, and zeroes the SDK's bytes.</summary>
    public static SecretBytes Take(MemoryStream source)
    {
        var secret = new SecretBytes(checked((int)source.Length));
        source.Position = 0;
        source.ReadExactly(secret.Span);
        Zero(source);
        return secret;
    }

    /// <summary>
    /// Overwrites a stream's bytes. The SDK's streams lie over an array that they do not hand out, but they can be written.
    /// </summary>
    public static void Zero(MemoryStream stream)
    {
        if (stream.TryGetBuffer(out ArraySegment<byte> buffer))
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
        else if (stream.CanWrite)
        {
            stream.Position = 0;
            stream.Write(new byte[stream.Length]);
        }
    }
}
