using System.Buffers.Binary;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// Writes the header of version 2, suite 0x0478, framed (data-format/message-header.md):
/// <code>
/// 02 ‖ suite (2) ‖ message id (32) ‖ context length (2) ‖ context ‖ EDK count (2)
/// ‖ per EDK: provider id, provider info, ciphertext, each after its length (2)
/// ‖ content type 02 ‖ frame length (4) ‖ commitment (32) ‖ tag (16)
/// </code>
/// </summary>
internal static class HeaderWriter
{
    public const int MessageIdLength = 32;
    public const int MessageIdOffset = 3;

    private const int CommitmentLength = 32;

    public static int Length(MessageMaterials materials)
    {
        long length = MessageIdOffset + MessageIdLength
            + 2 + materials.Context.Serialized.Length
            + 2 + 1 + 4 + CommitmentLength + AlgorithmSuite.TagLength;
        for (var i = 0; i < materials.EncryptedDataKeys.Count; i++)
        {
            length += materials.EncryptedDataKeys[i].SerializedLength;
        }

        return length <= MessageLimits.Default.MaxHeaderLength
            ? (int)length
            : throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded,
                $"The message's header would take {length} bytes; readers accept {MessageLimits.Default.MaxHeaderLength}.");
    }

    /// <summary>
    /// Writes the whole header with a new message id and its tag. The derived key leaves this method only inside the AEAD objects.
    /// </summary>
    /// <param name="materials">Claimed by the caller.</param>
    /// <param name="frameLength">Bytes.</param>
    /// <param name="factory">Makes the AEAD objects.</param>
    /// <param name="header">Exactly <see cref="Length"/> bytes.</param>
    /// <param name="aeads">Receives AEAD objects under the derived key, one for each thread.</param>
    public static void Write(MessageMaterials materials, int frameLength, IAeadFactory factory, Span<byte> header, Span<IAead> aeads)
    {
        AlgorithmSuite suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey;
        header[0] = (byte)suite.MessageVersion;
        BinaryPrimitives.WriteUInt16BigEndian(header[1..], suite.Id);
        Span<byte> messageId = header.Slice(MessageIdOffset, MessageIdLength);
        materials.MessageId.Span.CopyTo(messageId);
        Span<byte> rest = header[(MessageIdOffset + MessageIdLength)..];
        WriteField(materials.Context.Serialized.Span, ref rest);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)materials.EncryptedDataKeys.Count);
        rest = rest[2..];
        for (var i = 0; i < materials.EncryptedDataKeys.Count; i++)
        {
            EncryptedDataKey key = materials.EncryptedDataKeys[i];
            int providerIdLength = Encoding.UTF8.GetBytes(key.ProviderId, rest[2..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)providerIdLength);
            rest = rest[(2 + providerIdLength)..];
            WriteField(key.ProviderInfo.Span, ref rest);
            WriteField(key.Ciphertext.Span, ref rest);
        }

        rest[0] = (byte)ContentType.Framed;
        BinaryPrimitives.WriteUInt32BigEndian(rest[1..], (uint)frameLength);
        Span<byte> commitment = rest.Slice(5, CommitmentLength);

        using (var derivedKey = new SecretBytes(suite.KeyLength))
        {
            KeyDerivation.Derive(suite, messageId, materials.DataKey.Span, derivedKey.Span, commitment);
            AeadSet.Fill(aeads, factory, derivedKey.Span);
        }

        Span<byte> zeroIv = stackalloc byte[AlgorithmSuite.IvLength];
        zeroIv.Clear();
        aeads[0].Encrypt(zeroIv, default, default, header[^AlgorithmSuite.TagLength..], header[..^AlgorithmSuite.TagLength]);
    }

    private static void WriteField(ReadOnlySpan<byte> field, ref Span<byte> rest)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)field.Length);
        field.CopyTo(rest[2..]);
        rest = rest[(2 + field.Length)..];
    }
}
