using System.Buffers.Binary;

namespace TenantEncryption.Envelope;

/// <summary>What follows the body: signature length (2) ‖ signature in a signed message, else nothing (data-format/message-footer.md).</summary>
internal static class Footer
{
    /// <summary>The longest footer that is looked at, and a byte by which to see that more follows.</summary>
    public const int MaxLength = 2 + MessageSignature.MaxLength + 1;

    /// <summary>Verifies the signature, if there is one, and that nothing follows.</summary>
    /// <param name="body">Bytes of the body that the signature has not been given yet.</param>
    /// <param name="footer">What follows the body, to the end of the message or to <see cref="MaxLength"/>.</param>
    /// <param name="signature">The verification in progress, for a signed message.</param>
    /// <returns>The footer's length.</returns>
    public static int Verify(ReadOnlySpan<byte> body, ReadOnlySpan<byte> footer, MessageSignature? signature)
    {
        var length = 0;
        if (signature is not null)
        {
            signature.Append(body);
            if (footer.Length < 2)
            {
                throw Frames.Truncated();
            }

            int signatureLength = BinaryPrimitives.ReadUInt16BigEndian(footer);
            if (signatureLength > MessageSignature.MaxLength)
            {
                throw Frames.Altered("its signature does not verify");
            }

            length = 2 + signatureLength;
            if (footer.Length < length)
            {
                throw Frames.Truncated();
            }

            signature.Verify(footer[2..length]);
        }

        return footer.Length == length ? length : throw Frames.Altered("bytes follow its end");
    }
}
