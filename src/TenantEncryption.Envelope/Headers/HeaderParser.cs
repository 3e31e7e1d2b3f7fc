using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>Makes the objects of a header (data-format/message-header.md) whose end <see cref="HeaderMeasure"/> found.</summary>
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

    /// <summary>Whether bytes are base64 text, with or without a byte order mark, of what may be the first of a header.</summary>
    /// <param name="first">The first bytes.</param>
    public static bool MayBeginAsText(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> text = first.StartsWith("\uFEFF"u8) ? first[3..] : first;
        Span<byte> decoded = stackalloc byte[6];
        return text.Length >= 8
            && Base64.DecodeFromUtf8(text[..8], decoded, out _, out int length, isFinalBlock: false) == OperationStatus.Done
            && MayBegin(decoded[..length]);
    }

    /// <summary>Makes the objects of a header that <see cref="HeaderMeasure"/> found complete.</summary>
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

    private static TenantEncryptionException Altered(string why) =>
        new(ErrorCodes.MessageAltered, $"The message's header is malformed: {why}.");
}
