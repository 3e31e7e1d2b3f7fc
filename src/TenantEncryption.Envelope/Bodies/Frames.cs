using System.Buffers.Binary;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// The frames of a body (data-format/message-body.md):
/// <code>
/// regular frame = sequence number (4) ‖ IV (12) ‖ content (frame length) ‖ tag (16)
/// final frame   = FFFFFFFF ‖ sequence number (4) ‖ IV (12) ‖ content length (4) ‖ content ‖ tag (16)
/// </code>
/// The IV is the sequence number, which starts at 1, in the last four of twelve bytes.
/// </summary>
internal static class Frames
{
    public const int RegularContentOffset = 4 + AlgorithmSuite.IvLength;
    public const int FinalContentOffset = RegularContentOffset + 8;
    public const int RegularOverhead = RegularContentOffset + AlgorithmSuite.TagLength;
    public const int FinalOverhead = FinalContentOffset + AlgorithmSuite.TagLength;

    /// <summary>By how much a final frame can be longer than a regular one.</summary>
    public const int FinalExcess = FinalOverhead - RegularOverhead;

    private const uint FinalMark = uint.MaxValue;

    /// <summary>How many frames a plaintext takes: at least one, as an empty plaintext is an empty final frame.</summary>
    public static long Count(long plaintextLength, int frameLength) => Math.Max(1, (plaintextLength + frameLength - 1) / frameLength);

    /// <summary>How long the frames of a plaintext are together, the last one being final or not.</summary>
    public static long SealedLength(long plaintextLength, int frameLength, bool endsMessage) =>
        plaintextLength + (Count(plaintextLength, frameLength) * RegularOverhead) + (endsMessage ? FinalExcess : 0);

    /// <summary>Encrypts a run of frames.</summary>
    /// <param name="aead">Under the derived key.</param>
    /// <param name="messageId">The message's id.</param>
    /// <param name="frameLength">The frame length of the header.</param>
    /// <param name="sequence">The number of the run's first frame.</param>
    /// <param name="plaintext">
    /// The run's content: whole frames, unless it ends the message. It may lie where the content of its one frame goes.
    /// </param>
    /// <param name="endsMessage">Whether the run's last frame is the final one.</param>
    /// <param name="frames">Receives the frames.</param>
    /// <returns>The bytes written.</returns>
    public static int Seal(
        IAead aead,
        ReadOnlySpan<byte> messageId,
        int frameLength,
        uint sequence,
        ReadOnlySpan<byte> plaintext,
        bool endsMessage,
        Span<byte> frames)
    {
        Span<byte> aad = stackalloc byte[BodyAad.MaxLength];
        var written = 0;
        while (plaintext.Length > frameLength || (plaintext.Length == frameLength && !endsMessage))
        {
            Span<byte> frame = frames.Slice(written, frameLength + RegularOverhead);
            BinaryPrimitives.WriteUInt32BigEndian(frame, sequence);
            Span<byte> iv = frame.Slice(4, AlgorithmSuite.IvLength);
            WriteIv(iv, sequence);
            aead.Encrypt(
                iv,
                plaintext[..frameLength],
                frame.Slice(RegularContentOffset, frameLength),
                frame[^AlgorithmSuite.TagLength..],
                BodyAad.Write(aad, messageId, BodyAad.Frame, sequence, frameLength));
            plaintext = plaintext[frameLength..];
            written += frame.Length;
            sequence++;
        }

        if (endsMessage)
        {
            Span<byte> frame = frames.Slice(written, plaintext.Length + FinalOverhead);
            BinaryPrimitives.WriteUInt32BigEndian(frame, FinalMark);
            BinaryPrimitives.WriteUInt32BigEndian(frame[4..], sequence);
            Span<byte> iv = frame.Slice(8, AlgorithmSuite.IvLength);
            WriteIv(iv, sequence);
            BinaryPrimitives.WriteUInt32BigEndian(frame[20..], (uint)plaintext.Length);
            aead.Encrypt(
                iv,
                plaintext,
                frame.Slice(FinalContentOffset, plaintext.Length),
                frame[^AlgorithmSuite.TagLength..],
                BodyAad.Write(aad, messageId, BodyAad.FinalFrame, sequence, plaintext.Length));
            written += frame.Length;
        }

        return written;
    }

    /// <summary>Finds where the whole frames of a run end, by their lengths alone; nothing is verified.</summary>
    /// <param name="available">The body from the start of a frame, as much of it as there is.</param>
    /// <param name="frameLength">The frame length of the header.</param>
    /// <param name="plaintextLength">The length of the frames' content.</param>
    /// <param name="isFinal">Whether a final frame ends the run.</param>
    /// <returns>The length of the whole frames.</returns>
    public static int Scan(ReadOnlySpan<byte> available, int frameLength, out int plaintextLength, out bool isFinal)
    {
        int position = 0;
        plaintextLength = 0;
        isFinal = false;
        int regularLength = frameLength + RegularOverhead;
        while (true)
        {
            ReadOnlySpan<byte> rest = available[position..];
            if (rest.Length >= FinalContentOffset && BinaryPrimitives.ReadUInt32BigEndian(rest) == FinalMark)
            {
                uint contentLength = BinaryPrimitives.ReadUInt32BigEndian(rest[20..]);
                if (contentLength > frameLength || rest.Length < FinalOverhead + (int)contentLength)
                {
                    return position;
                }

                isFinal = true;
                plaintextLength += (int)contentLength;
                return position + FinalOverhead + (int)contentLength;
            }

            // Fewer than 24 bytes can't be told apart from a regular frame here, and hold none in any case.
            if (rest.Length < regularLength || BinaryPrimitives.ReadUInt32BigEndian(rest) == FinalMark)
            {
                return position;
            }

            plaintextLength += frameLength;
            position += regularLength;
        }
    }

    /// <summary>Verifies and decrypts a run of frames, up to a final frame or the end of the bytes.</summary>
    /// <param name="aead">Under the derived key.</param>
    /// <param name="header">The message's header, authenticated.</param>
    /// <param name="sequence">The number that the run's first frame must have.</param>
    /// <param name="frames">The frames as they stand in the message.</param>
    /// <param name="plaintext">
    /// Receives the content. It may be where the content of the run's one frame is.
    /// </param>
    /// <param name="isFinal">Whether a final frame ends the run.</param>
    /// <param name="consumed">The length of the frames that were read.</param>
    /// <returns>The length of the plaintext.</returns>
    /// <exception cref="TenantEncryptionException">
    /// FRAME_ORDER: a frame has another number than it must. MESSAGE_ALTERED: an IV, a length or a tag is wrong.
    /// MESSAGE_TRUNCATED: the bytes end within a frame.
    /// </exception>
    public static int Open(
        IAead aead,
        MessageHeader header,
        uint sequence,
        ReadOnlySpan<byte> frames,
        Span<byte> plaintext,
        out bool isFinal,
        out int consumed)
    {
        isFinal = false;
        consumed = 0;
        var opened = 0;
        Span<byte> aad = stackalloc byte[BodyAad.MaxLength];
        while (!isFinal && consumed < frames.Length)
        {
            ReadOnlySpan<byte> frame = frames[consumed..];
            int contentOffset = ReadPrefix(header, sequence, frame, out int contentLength, out isFinal);
            if (frame.Length < contentOffset + contentLength + AlgorithmSuite.TagLength)
            {
                throw Truncated();
            }

            bool verified = aead.TryDecrypt(
                frame.Slice(contentOffset - AlgorithmSuite.IvLength - (isFinal ? 4 : 0), AlgorithmSuite.IvLength),
                frame.Slice(contentOffset, contentLength),
                frame.Slice(contentOffset + contentLength, AlgorithmSuite.TagLength),
                plaintext.Slice(opened, contentLength),
                BodyAad.Write(aad, header.MessageId.Span, isFinal ? BodyAad.FinalFrame : BodyAad.Frame, sequence, contentLength));
            if (!verified)
            {
                throw Altered($"the tag of frame {sequence} does not verify");
            }

            opened += contentLength;
            consumed += contentOffset + contentLength + AlgorithmSuite.TagLength;
            sequence++;
        }

        return opened;
    }

    public static TenantEncryptionException Truncated() => new(ErrorCodes.MessageTruncated);

    public static TenantEncryptionException Altered(string why) =>
        new(ErrorCodes.MessageAltered, $"The message was altered: {why}.");

    /// <summary>Whether an IV is a sequence number, as version 2 demands.</summary>
    public static bool IsSequenceIv(ReadOnlySpan<byte> iv, uint sequence) =>
        BinaryPrimitives.ReadUInt64BigEndian(iv) == 0 && BinaryPrimitives.ReadUInt32BigEndian(iv[8..]) == sequence;

    private static int ReadPrefix(
        MessageHeader header, uint sequence, ReadOnlySpan<byte> frame, out int contentLength, out bool isFinal)
    {
        contentLength = header.FrameLength;
        isFinal = false;
        if (frame.Length < 4)
        {
            throw Truncated();
        }

        uint number = BinaryPrimitives.ReadUInt32BigEndian(frame);
        int offset = 4;
        if (number == FinalMark)
        {
            if (frame.Length < 8)
            {
                throw Truncated();
            }

            isFinal = true;
            number = BinaryPrimitives.ReadUInt32BigEndian(frame[4..]);
            offset = 8;
        }

        if (number != sequence)
        {
            throw new TenantEncryptionException(
                ErrorCodes.FrameOrder, $"Frame {number} stands where frame {sequence} belongs: a frame is missing, repeated or out of order.");
        }

        if (frame.Length < offset + AlgorithmSuite.IvLength)
        {
            throw Truncated();
        }

        // A version 1 message says its IVs itself; in version 2 another IV than the number is a forgery.
        if (header.Version == 2 && !IsSequenceIv(frame.Slice(offset, AlgorithmSuite.IvLength), sequence))
        {
            throw Altered($"the IV of frame {sequence} is not its number");
        }

        offset += AlgorithmSuite.IvLength;
        if (isFinal)
        {
            if (frame.Length < offset + 4)
            {
                throw Truncated();
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian(frame[offset..]);
            if (length > header.FrameLength)
            {
                throw Altered("its final frame is longer than its frame length");
            }

            contentLength = (int)length;
            offset += 4;
        }

        return offset;
    }

    private static void WriteIv(Span<byte> iv, uint sequence)
    {
        iv[..8].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(iv[8..], sequence);
    }
}
