using System.Buffers.Binary;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// Finds where a header ends (data-format/message-header.md) while its bytes arrive: checks each length against the limits before anything is
/// kept for it, and says how many bytes are needed to go on. It goes on at the encrypted data key where it stopped, so that the work grows with
/// the header and not with its square.
/// </summary>
internal struct HeaderMeasure(MessageLimits limits)
{
    /// <summary>So many bytes every header has; of what is none, they tell what it is.</summary>
    public const int LeastLength = 11;

    private AlgorithmSuite? _suite;
    private int _position;
    private int _keysLeft;

    /// <summary>Looks for the end.</summary>
    /// <param name="available">The message from its start, as much of it as there is; no less than the last time.</param>
    /// <param name="length">
    /// When found, the header's length with its authentication; otherwise a length, greater than what there is, that is needed to go on.
    /// </param>
    /// <returns>Whether the header is complete.</returns>
    /// <exception cref="TenantEncryptionException">NOT_A_MESSAGE, MESSAGE_ALTERED or LIMIT_EXCEEDED.</exception>
    public bool TryFindEnd(ReadOnlySpan<byte> available, out int length)
    {
        var cursor = new Cursor(available, _position, limits.MaxHeaderLength);
        bool complete = (_suite is not null || PassStart(ref cursor)) && PassKeys(ref cursor) && PassEnd(ref cursor, _suite!);
        length = cursor.Needed;
        return complete;
    }

    private bool PassStart(ref Cursor cursor)
    {
        if (!cursor.Take(1, out ReadOnlySpan<byte> version))
        {
            return false;
        }

        if (version[0] is not (1 or 2))
        {
            throw cursor.IsText
                ? new TenantEncryptionException(
                    ErrorCodes.NotAMessage,
                    "The input is base64 text of a message, not the message's bytes.",
                    remedy: "Decode the text first, as base64 -d does.")
                : NotAMessage($"it starts with the byte 0x{version[0]:X2}, where a version (01 or 02) belongs");
        }

        if (version[0] == 1)
        {
            if (!cursor.Take(1, out ReadOnlySpan<byte> type))
            {
                return false;
            }

            if (type[0] != 0x80)
            {
                throw NotAMessage($"its type is 0x{type[0]:X2}, not 0x80");
            }
        }

        if (!cursor.TakeUInt16(out int suiteId))
        {
            return false;
        }

        AlgorithmSuite? suite = AlgorithmSuite.Find((ushort)suiteId);
        if (suite is null || suite.MessageVersion != version[0])
        {
            throw NotAMessage($"version {version[0]} has no algorithm suite 0x{suiteId:X4}");
        }

        if (!cursor.Take(suite.MessageIdLength, out _) || !cursor.TakeField() || !cursor.TakeUInt16(out int count))
        {
            return false;
        }

        if (count == 0)
        {
            throw Altered("it has no encrypted data key");
        }

        if (count > limits.MaxEncryptedDataKeys)
        {
            throw MessageLimits.Exceeded(
                ErrorCodes.LimitExceeded,
                $"The message has {count} encrypted data keys; the limit is {limits.MaxEncryptedDataKeys}.",
                nameof(MessageLimits.MaxEncryptedDataKeys));
        }

        (_suite, _keysLeft, _position) = (suite, count, cursor.Position);
        return true;
    }

    private bool PassKeys(ref Cursor cursor)
    {
        for (; _keysLeft > 0; _keysLeft--)
        {
            if (!cursor.TakeField() || !cursor.TakeField() || !cursor.TakeField())
            {
                return false;
            }

            _position = cursor.Position;
        }

        return true;
    }

    private readonly bool PassEnd(ref Cursor cursor, AlgorithmSuite suite)
    {
        if (!cursor.Take(1, out ReadOnlySpan<byte> contentType))
        {
            return false;
        }

        if (contentType[0] is not ((byte)ContentType.NonFramed or (byte)ContentType.Framed))
        {
            throw Altered($"its content type is 0x{contentType[0]:X2}");
        }

        bool isVersion1 = suite.MessageVersion == 1;
        if (isVersion1)
        {
            if (!cursor.Take(5, out ReadOnlySpan<byte> reservedAndIvLength))
            {
                return false;
            }

            if (!reservedAndIvLength[..4].SequenceEqual("\0\0\0\0"u8) || reservedAndIvLength[4] != AlgorithmSuite.IvLength)
            {
                throw Altered("its reserved bytes or its IV length are not what the format prescribes");
            }
        }

        if (!cursor.Take(4, out ReadOnlySpan<byte> frameLengthField))
        {
            return false;
        }

        CheckFrameLength(BinaryPrimitives.ReadUInt32BigEndian(frameLengthField), (ContentType)contentType[0]);
        return cursor.Take(suite.CommitmentLength + (isVersion1 ? AlgorithmSuite.IvLength : 0) + AlgorithmSuite.TagLength, out _);
    }

    private readonly void CheckFrameLength(uint frameLength, ContentType contentType)
    {
        if (contentType == ContentType.Framed ? frameLength == 0 : frameLength != 0)
        {
            throw Altered($"its frame length is {frameLength}, which does not fit its content type");
        }

        if (frameLength > limits.MaxFrameLength)
        {
            throw MessageLimits.Exceeded(
                ErrorCodes.LimitExceeded,
                $"The message's frames have {frameLength} bytes; the limit is {limits.MaxFrameLength}.",
                nameof(MessageLimits.MaxFrameLength));
        }
    }

    private static TenantEncryptionException NotAMessage(string why) =>
        new(ErrorCodes.NotAMessage, $"The input is not an AWS Encryption SDK message: {why}.");

    private static TenantEncryptionException Altered(string why) =>
        new(ErrorCodes.MessageAltered, $"The message's header is malformed: {why}.");

    /// <summary>A position in the bytes at hand that remembers how many are needed.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> available, int position, int maxLength)
    {
        private readonly ReadOnlySpan<byte> _available = available;

        public int Position { get; private set; } = position;

        public int Needed { get; private set; }

        public readonly bool IsText => HeaderParser.MayBeginAsText(_available);

        public bool Take(int length, out ReadOnlySpan<byte> taken)
        {
            Needed = Position + length;
            if (Needed > maxLength)
            {
                throw MessageLimits.Exceeded(
                    ErrorCodes.LimitExceeded,
                    $"The message's header is longer than the limit of {maxLength} bytes.",
                    nameof(MessageLimits.MaxHeaderLength));
            }

            if (Needed > _available.Length)
            {
                taken = default;
                return false;
            }

            taken = _available.Slice(Position, length);
            Position = Needed;
            return true;
        }

        public bool TakeUInt16(out int value)
        {
            bool taken = Take(2, out ReadOnlySpan<byte> bytes);
            value = taken ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : 0;
            return taken;
        }

        public bool TakeField() => TakeUInt16(out int length) && Take(length, out _);
    }
}
