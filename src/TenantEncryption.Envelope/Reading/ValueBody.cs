using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>Opens the body of a message that is in memory whole.</summary>
internal static class ValueBody
{
    /// <summary>Verifies and decrypts the body, and verifies that the message ends after it.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="header">Its header, authenticated.</param>
    /// <param name="aead">Under the derived key.</param>
    /// <param name="signature">The verification in progress, for a signed message.</param>
    /// <param name="limits">What to accept.</param>
    /// <returns>The plaintext.</returns>
    public static byte[] Open(
        ReadOnlySpan<byte> message, MessageHeader header, IAead aead, MessageSignature? signature, MessageLimits limits)
    {
        ReadOnlySpan<byte> body = message[header.HeaderLength..];
        return header.ContentType == ContentType.Framed
            ? OpenFramed(body, header, aead, signature)
            : OpenNonFramed(body, header, aead, signature, limits);
    }

    private static byte[] OpenFramed(ReadOnlySpan<byte> body, MessageHeader header, IAead aead, MessageSignature? signature)
    {
        int bodyLength = Frames.Scan(body, header.FrameLength, out int plaintextLength, out bool isFinal);
        // What a cut or malformed last frame is, Open tells; it never writes more than the frames before it hold.
        byte[] plaintext = GC.AllocateUninitializedArray<byte>(plaintextLength);
        bool verified = false;
        try
        {
            Frames.Open(aead, header, sequence: 1, isFinal ? body[..bodyLength] : body, plaintext, out bool openedFinal, out int consumed);
            if (!openedFinal)
            {
                throw Frames.Truncated();
            }

            Footer.Verify(body[..consumed], body[consumed..], signature);
            verified = true;
            return plaintext;
        }
        finally
        {
            if (!verified)
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        }
    }

    private static byte[] OpenNonFramed(
        ReadOnlySpan<byte> body, MessageHeader header, IAead aead, MessageSignature? signature, MessageLimits limits)
    {
        int length = NonFramedBody.ReadLength(body, limits);
        if (body.Length < NonFramedBody.Overhead + length)
        {
            throw Frames.Truncated();
        }

        int bodyLength = NonFramedBody.Overhead + length;
        byte[] plaintext = GC.AllocateUninitializedArray<byte>(length);
        NonFramedBody.Open(aead, header, body[..bodyLength], plaintext);
        bool verified = false;
        try
        {
            Footer.Verify(body[..bodyLength], body[bodyLength..], signature);
            verified = true;
            return plaintext;
        }
        finally
        {
            if (!verified)
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        }
    }
}
