using System.Buffers.Binary;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>The body of a message without frames (data-format/message-body.md): IV (12) ‖ content length (8) ‖ content ‖ tag (16).</summary>
internal static class NonFramedBody
{
    public const int ContentOffset = AlgorithmSuite.IvLength + 8;
    public const int Overhead = ContentOffset + AlgorithmSuite.TagLength;

    /// <summary>More than any message without frames has, header and footer included.</summary>
    public static long LengthBeyond(MessageLimits limits) => limits.MaxHeaderLength + (long)Overhead + limits.MaxNonFramedLength + Footer.MaxLength + 1;

    /// <summary>Reads the length of the content.</summary>
    /// <exception cref="TenantEncryptionException">MESSAGE_TRUNCATED, or NON_FRAMED_TOO_LARGE.</exception>
    public static int ReadLength(ReadOnlySpan<byte> body, MessageLimits limits)
    {
        if (body.Length < ContentOffset)
        {
            throw Frames.Truncated();
        }

        ulong length = BinaryPrimitives.ReadUInt64BigEndian(body[AlgorithmSuite.IvLength..]);
        return length <= (ulong)limits.MaxNonFramedLength
            ? (int)length
            : throw MessageLimits.Exceeded(
                ErrorCodes.NonFramedTooLarge,
                $"The message is not framed and has {length} bytes of content; the limit is {limits.MaxNonFramedLength}.",
                nameof(MessageLimits.MaxNonFramedLength));
    }

    /// <summary>Verifies and decrypts the content.</summary>
    /// <param name="aead">Under the derived key.</param>
    /// <param name="header">The message's header, authenticated.</param>
    /// <param name="body">Exactly the body.</param>
    /// <param name="plaintext">Exactly as long as the content; may be where the content is.</param>
    /// <exception cref="TenantEncryptionException">MESSAGE_ALTERED.</exception>
    public static void Open(IAead aead, MessageHeader header, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        ReadOnlySpan<byte> iv = body[..AlgorithmSuite.IvLength];
        if (header.Version == 2 && !Frames.IsSequenceIv(iv, 1))
        {
            throw Frames.Altered("the IV of its body is not 1");
        }

        Span<byte> aad = stackalloc byte[BodyAad.MaxLength];
        if (!aead.TryDecrypt(
            iv,
            body.Slice(ContentOffset, plaintext.Length),
            body[^AlgorithmSuite.TagLength..],
            plaintext,
            BodyAad.Write(aad, header.MessageId.Span, BodyAad.SingleBlock, sequence: 1, plaintext.Length)))
        {
            throw Frames.Altered("the tag of its body does not verify");
        }
    }
}
