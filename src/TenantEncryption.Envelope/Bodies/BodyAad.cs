using System.Buffers.Binary;

namespace TenantEncryption.Envelope;

/// <summary>
/// The AAD of a frame or a non-framed body (data-format/message-body-aad.md):
/// message id ‖ text that tells the kind of content ‖ sequence number (4) ‖ content length (8).
/// </summary>
internal static class BodyAad
{
    public const int MaxLength = 32 + 35 + 4 + 8;

    public static ReadOnlySpan<byte> Frame => "AWSKMSEncryptionClient Frame"u8;

    public static ReadOnlySpan<byte> FinalFrame => "AWSKMSEncryptionClient Final Frame"u8;

    public static ReadOnlySpan<byte> SingleBlock => "AWSKMSEncryptionClient Single Block"u8;

    /// <summary>Writes the AAD.</summary>
    /// <returns>The part of the buffer that was written.</returns>
    public static ReadOnlySpan<byte> Write(
        Span<byte> buffer, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> content, uint sequence, long contentLength)
    {
        messageId.CopyTo(buffer);
        content.CopyTo(buffer[messageId.Length..]);
        int position = messageId.Length + content.Length;
        BinaryPrimitives.WriteUInt32BigEndian(buffer[position..], sequence);
        BinaryPrimitives.WriteInt64BigEndian(buffer[(position + 4)..], contentLength);
        return buffer[..(position + 12)];
    }
}
