using System.Buffers.Binary;
using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// Reads a header (data-format/message-header.md) in two passes: the first only finds where fields are, checks lengths against the
/// limits and says how many bytes are needed to go on; the second, over a complete header, makes the objects.
/// </summary>
internal static class HeaderParser
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many bytes <see cref="MayBegin"/> looks at.</summary>
    public const int FirstBytes = 4;

    /// <summary>Whether bytes may be the first of a header: they name a version and one of its suites. It costs no exception to know.</summary>
    /// <param name="first">The first bytes.</param>
    public static bool MayBegin(ReadOnlySpan<byte> first) => first switch
    {
        [1, 0x80, byte high, byte low, ..] => AlgorithmSuite.Find((ushort)((high << 8) | low)) is { MessageVersion: 1 },
        [2, byte high, byte low, ..] => AlgorithmSuite.Find((ushort)((high << 8) | low)) is { MessageVersion: 2 },
        _ => false,
    };

    /// <summary>Finds the length of the header.</summary>
    /// <param name="available">The message from its start, as much of it as there is.</param>
    /// <param name="limits">What to accept.</param>
    /// <param name="length">
    /// When complete, the header's length with its authentication; otherwise a length, greater than what there is, that is needed to go on.
    /// </param>
    /// <returns>Whether the header is complete.</returns>
    /// <exception cref="TenantEncryptionException">NOT_A_MESSAGE, MESSAGE_ALTERED or LIMIT_EXCEEDED.</exception>
    public static bool Measure(ReadOnlySpan<byte> available, MessageLimits limits, out int length)
    {
        var cursor = new Cursor(available, limits);
        bool complete = Walk(ref cursor, limits);
        length = cursor.Needed;
        return complete;
    }

    /// <summary>Makes the objects of a header that <see cref="Measure"/> found complete.</summary>
    /// <param name="serialized">The header alone. The result keeps it; nobody may change it afterwards.</param>
    /// <returns>The header, not authenticated.</returns>
    /// <exception cref="TenantEncryptionException">MESSAGE_ALTERED: the encryption context or a provider id is malformed.</exception>
    public static MessageHeader Parse(ReadOnlyMemory<byte> serialized)
    {
        ReadOnlySpan<byte> span = serialized.Span;
        int position = span[0] == 1 ? 2 : 1;
        AlgorithmSuite suite = AlgorithmSuite.Find(BinaryPrimitives.ReadUInt16BigEndian(span[position..]))!;
        position += 2;
        ReadOnlyMemory<byte> messageId = serialized.Slice(position, suite.MessageIdLength);
        position += suite.MessageIdLength;
        ReadOnlyMemory<byte> context = TakeField(serialized, ref position);
        int count = BinaryPrimitives.ReadUInt16BigEndian(span[position..]);
        position += 2;
        var keys = new EncryptedDataKey[count];
        for (var i = 0; i < count; i++)
        {
            string providerId = ReadProviderId(TakeField(serialized, ref position).Span);
            ReadOnlyMemory<byte> providerInfo = TakeField(serialized, ref position);
            keys[i] = new EncryptedDataKey(providerId, providerInfo, TakeField(serialized, ref position));
        }

        var contentType = (ContentType)span[position];
        int frameLength = (int)BinaryPrimitives.ReadUInt32BigEndian(span[(position + (suite.MessageVersion == 1 ? 6 : 1))..]);
        return new MessageHeader(
            serialized, suite, messageId, EncryptionContext.ParseOwned(context), keys, contentType, frameLength);
    }

    private static bool Walk(ref Cursor cursor, MessageLimits limits)
    {
        if (!cursor.Take(1, out ReadOnlySpan<byte> version))
        {
            return false;
        }

        if (version[0] is not (1 or 2))
        {
            throw NotAMessage($"it starts with the byte 0x{version[0]:X2}, where a version (01 or 02) belongs");
        }

        bool isVersion1 = version[0] == 1;
        if (isVersion1)
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
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded,
                $"The message has {count} encrypted data keys; the limit is {limits.MaxEncryptedDataKeys}.");
        }

        for (var i = 0; i < count; i++)
        {
            if (!cursor.TakeField() || !cursor.TakeField() || !cursor.TakeField())
            {
                return false;
            }
        }

        if (!cursor.Take(1, out ReadOnlySpan<byte> contentType))
        {
            return false;
        }

        if (contentType[0] is not ((byte)ContentType.NonFramed or (byte)ContentType.Framed))
        {
            throw Altered($"its content type is 0x{contentType[0]:X2}");
        }

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

        CheckFrameLength(BinaryPrimitives.ReadUInt32BigEndian(frameLengthField), (ContentType)contentType[0], limits);
        return cursor.Take(suite.CommitmentLength + (isVersion1 ? AlgorithmSuite.IvLength : 0) + AlgorithmSuite.TagLength, out _);
    }

    private static void CheckFrameLength(uint frameLength, ContentType contentType, MessageLimits limits)
    {
        if (contentType == ContentType.Framed ? frameLength == 0 : frameLength != 0)
        {
            throw Altered($"its frame length is {frameLength}, which does not fit its content type");
        }

        if (frameLength > limits.MaxFrameLength)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded, $"The message's frames have {frameLength} bytes; the limit is {limits.MaxFrameLength}.");
        }
    }

    private static string ReadProviderId(ReadOnlySpan<byte> utf8)
    {
        // The two that nearly every message has cost no string.
        if (utf8.SequenceEqual("tenant-encryption"u8))
        {
            return RawAesKeyWrap.TenantEncryptionProviderId;
        }

        if (utf8.SequenceEqual("aws-kms"u8))
        {
            return EncryptedDataKey.AwsKmsProviderId;
        }

        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Altered("the provider id of an encrypted data key is not UTF-8");
        }
    }

    private static ReadOnlyMemory<byte> TakeField(ReadOnlyMemory<byte> serialized, ref int position)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(serialized.Span[position..]);
        ReadOnlyMemory<byte> field = serialized.Slice(position + 2, length);
        position += 2 + length;
        return field;
    }

    private static TenantEncryptionException NotAMessage(string why) =>
        new(ErrorCodes.NotAMessage, $"The input is not an AWS Encryption SDK message: {why}.");

    private static TenantEncryptionException Altered(string why) =>
        new(ErrorCodes.MessageAltered, $"The message's header is malformed: {why}.");

    /// <summary>A position in the bytes at hand that remembers how many are needed.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> available, MessageLimits limits)
    {
        private readonly ReadOnlySpan<byte> _available = available;
        private readonly int _maxLength = limits.MaxHeaderLength;
        private int _position;

        public int Needed { get; private set; }

        public bool Take(int length, out ReadOnlySpan<byte> taken)
        {
            Needed = _position + length;
            if (Needed > _maxLength)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.LimitExceeded, $"The message's header is longer than the limit of {_maxLength} bytes.");
            }

            if (Needed > _available.Length)
            {
                taken = default;
                return false;
            }

            taken = _available.Slice(_position, length);
            _position = Needed;
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
