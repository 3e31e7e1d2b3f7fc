namespace TenantEncryption.Envelope;

/// <summary>
/// The header of a message (data-format/message-header.md). Unless its source says otherwise it is <b>not authenticated</b>:
/// anyone could have written it.
/// </summary>
public sealed class MessageHeader
{
    internal MessageHeader(
        ReadOnlyMemory<byte> serialized,
        AlgorithmSuite suite,
        ReadOnlyMemory<byte> messageId,
        EncryptionContext context,
        IReadOnlyList<EncryptedDataKey> encryptedDataKeys,
        ContentType contentType,
        int frameLength)
    {
        Serialized = serialized;
        Suite = suite;
        MessageId = messageId;
        Context = context;
        EncryptedDataKeys = encryptedDataKeys;
        ContentType = contentType;
        FrameLength = frameLength;
    }

    /// <summary>The version of the message format: 1 or 2.</summary>
    public int Version => Suite.MessageVersion;

    /// <summary>The algorithm suite.</summary>
    public AlgorithmSuite Suite { get; }

    /// <summary>The message's random id: 32 bytes in version 2, 16 in version 1.</summary>
    public ReadOnlyMemory<byte> MessageId { get; }

    /// <summary>The pairs that the header stores.</summary>
    public EncryptionContext Context { get; }

    /// <summary>The data key as each key provider wrapped it: one or more.</summary>
    public IReadOnlyList<EncryptedDataKey> EncryptedDataKeys { get; }

    /// <summary>Whether the body has frames.</summary>
    public ContentType ContentType { get; }

    /// <summary>The length of a frame's content in bytes; 0 without frames.</summary>
    public int FrameLength { get; }

    /// <summary>The length of the header with its authentication, in bytes: where the body starts.</summary>
    public int HeaderLength => Serialized.Length;

    /// <summary>The header as it stands in the message, with its authentication.</summary>
    internal ReadOnlyMemory<byte> Serialized { get; }

    /// <summary>The part that the tag covers.</summary>
    internal ReadOnlyMemory<byte> Body => Serialized[..^(Version == 1 ? AlgorithmSuite.IvLength + AlgorithmSuite.TagLength : AlgorithmSuite.TagLength)];

    /// <summary>The key commitment, which ends the body in version 2; empty in version 1.</summary>
    internal ReadOnlyMemory<byte> Commitment => Body[^Suite.CommitmentLength..];

    /// <summary>The IV of the tag: in the header in version 1, zero in version 2.</summary>
    internal ReadOnlyMemory<byte> Iv => Version == 1 ? Serialized[^(AlgorithmSuite.IvLength + AlgorithmSuite.TagLength)..^AlgorithmSuite.TagLength] : ZeroIv;

    /// <summary>The authentication tag.</summary>
    internal ReadOnlyMemory<byte> Tag => Serialized[^AlgorithmSuite.TagLength..];

    private static ReadOnlyMemory<byte> ZeroIv { get; } = new byte[AlgorithmSuite.IvLength];
}
