namespace TenantEncryption.Envelope;

/// <summary>The length of a message's content, by the length of the message.</summary>
internal static class BodyLength
{
    /// <summary>How long the plaintext is, if the message is whole: nothing of the body is read.</summary>
    /// <param name="header">The header.</param>
    /// <param name="messageLength">The length of the whole message in bytes.</param>
    /// <returns>Bytes; <see langword="null"/> where no whole message has that length, or where a signature, which has no fixed length, follows.</returns>
    public static long? OfPlaintext(MessageHeader header, long messageLength)
    {
        bool isFramed = header.ContentType == ContentType.Framed;
        long rest = messageLength - header.HeaderLength - (isFramed ? Frames.FinalOverhead : NonFramedBody.Overhead);
        if (header.Suite.IsSigned || rest < 0)
        {
            return null;
        }

        if (!isFramed)
        {
            return rest;
        }

        // Frames of full length, and a final one of any length up to that.
        (long frames, long final) = Math.DivRem(rest, header.FrameLength + (long)Frames.RegularOverhead);
        return final <= header.FrameLength ? (frames * header.FrameLength) + final : null;
    }
}
