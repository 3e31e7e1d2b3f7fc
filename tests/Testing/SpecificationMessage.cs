using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Envelope;

namespace TenantEncryption.Testing;

/// <summary>
/// Writes messages of every suite straight from the specification, sharing no code with the product but its table of suites: HKDF is
/// made of HMAC, fields are written one by one, and each remembers its name and place, so that a test knows what it breaks.
/// </summary>
internal sealed class SpecificationMessage
{
    public const string Namespace = "specification";
    public const string KeyName = "wrapping key";

    private readonly List<byte> _bytes = [];
    private readonly List<Field> _fields = [];

    public required AlgorithmSuite Suite { get; init; }

    /// <summary>0 for a message without frames.</summary>
    public int FrameLength { get; init; } = 16;

    public byte[] Plaintext { get; init; } = [];

    public IReadOnlyDictionary<string, string> Context { get; init; } = new Dictionary<string, string> { ["TenantId"] = "contoso" };

    /// <summary>Pairs that are authenticated and not stored.</summary>
    public IReadOnlyDictionary<string, string> Required { get; init; } = new Dictionary<string, string>();

    public byte[] WrappingKey { get; init; } = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    public byte[] DataKey { get; init; } = [];

    /// <summary>Encrypted data keys that stand before the one that unwraps.</summary>
    public IReadOnlyList<(string ProviderId, byte[] Info, byte[] Ciphertext)> OtherKeys { get; init; } = [];

    public bool EndsWithEmptyFrame { get; init; }

    public Func<byte[], byte[]> ChangeSignature { get; init; } = signature => signature;

    public Func<byte[], byte[]> ChangeCommitment { get; init; } = commitment => commitment;

    public Func<uint, byte[]> IvOf { get; init; } = sequence => [0, 0, 0, 0, 0, 0, 0, 0, .. BigEndian(sequence)];

    public IReadOnlyList<Field> Fields => _fields;

    public int HeaderLength { get; private set; }

    /// <summary>The id of a suite as a name for a test case.</summary>
    public static string IdOf(AlgorithmSuite suite) => suite.Id.ToString("X4", CultureInfo.InvariantCulture);

    public static AlgorithmSuite SuiteOf(string id) => AlgorithmSuite.Find(Convert.ToUInt16(id, 16))!;

    public static byte[] Write(AlgorithmSuite suite, byte[] plaintext, int frameLength = 16) =>
        new SpecificationMessage { Suite = suite, Plaintext = plaintext, FrameLength = frameLength }.Write();

    public RawAesKeyring Keyring() => new(Namespace, KeyName, WrappingKey);

    public byte[] Write()
    {
        byte[] messageId = RandomNumberGenerator.GetBytes(Suite.MessageVersion == 1 ? 16 : 32);
        byte[] dataKey = DataKey.Length > 0 ? DataKey : RandomNumberGenerator.GetBytes(Suite.KeyLength);
        var context = new Dictionary<string, string>(Context);
        using ECDsa? signer = Suite.SignatureCurve is { } curve ? ECDsa.Create(curve) : null;
        if (signer is not null)
        {
            context["aws-crypto-public-key"] = CompressedKey(signer);
        }

        byte[] hkdfOutput(byte[] info, int length) => Hkdf(
            Suite.KeyDerivationHash!.Value, dataKey, Suite.IsCommitting ? messageId : null, info, length);
        byte[] suiteId = [(byte)(Suite.Id >> 8), (byte)Suite.Id];
        byte[] derived = Suite.KeyDerivationHash is null
            ? dataKey
            : hkdfOutput([.. suiteId, .. Suite.IsCommitting ? "DERIVEKEY"u8.ToArray() : messageId], Suite.KeyLength);

        Put("version", [(byte)Suite.MessageVersion]);
        if (Suite.MessageVersion == 1)
        {
            Put("type", [0x80]);
        }

        Put("suite", suiteId);
        Put("message id", messageId);
        byte[] serializedContext = Serialize(context);
        Put("context length", BigEndian((ushort)serializedContext.Length));
        Put("context", serializedContext);
        Put("EDK count", BigEndian((ushort)(OtherKeys.Count + 1)));
        foreach ((string providerId, byte[] info, byte[] ciphertext) in OtherKeys)
        {
            PutKey("other EDK", providerId, info, ciphertext);
        }

        byte[] wholeContext = Serialize(context.Concat(Required).ToDictionary());
        byte[] iv = RandomNumberGenerator.GetBytes(12);
        byte[] wrapped = Gcm(WrappingKey, iv, dataKey, wholeContext);
        PutKey("EDK", Namespace, [.. Encoding.UTF8.GetBytes(KeyName), .. BigEndian(128u), .. BigEndian(12u), .. iv], wrapped);
        Put("content type", [(byte)(FrameLength == 0 ? 1 : 2)]);
        if (Suite.MessageVersion == 1)
        {
            Put("reserved", [0, 0, 0, 0]);
            Put("IV length", [12]);
        }

        Put("frame length", BigEndian((uint)FrameLength));
        if (Suite.IsCommitting)
        {
            Put("commitment", ChangeCommitment(hkdfOutput("COMMITKEY"u8.ToArray(), 32)));
        }

        byte[] headerBody = _bytes.ToArray();
        byte[] headerIv = Suite.MessageVersion == 1 ? RandomNumberGenerator.GetBytes(12) : new byte[12];
        if (Suite.MessageVersion == 1)
        {
            Put("header IV", headerIv);
        }

        Put("header tag", Gcm(derived, headerIv, [], [.. headerBody, .. Serialize(Required)]));
        HeaderLength = _bytes.Count;

        if (FrameLength == 0)
        {
            PutNonFramed(derived, messageId);
        }
        else
        {
            PutFrames(derived, messageId);
        }

        if (signer is not null)
        {
            byte[] signature = ChangeSignature(
                signer.SignData(_bytes.ToArray(), Suite.SignatureHash!.Value, DSASignatureFormat.Rfc3279DerSequence));
            Put("signature length", BigEndian((ushort)signature.Length));
            Put("signature", signature);
        }

        return _bytes.ToArray();
    }

    public static byte[] Serialize(IReadOnlyDictionary<string, string> context)
    {
        if (context.Count == 0)
        {
            return [];
        }

        IEnumerable<byte> bytes = BigEndian((ushort)context.Count);
        foreach ((byte[] key, byte[] value) in context
            .Select(pair => (Encoding.UTF8.GetBytes(pair.Key), Encoding.UTF8.GetBytes(pair.Value)))
            .OrderBy(pair => Convert.ToHexString(pair.Item1), StringComparer.Ordinal))
        {
            bytes = bytes.Concat(BigEndian((ushort)key.Length)).Concat(key).Concat(BigEndian((ushort)value.Length)).Concat(value);
        }

        return bytes.ToArray();
    }

    public static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] BigEndian(ushort value) => [(byte)(value >> 8), (byte)value];

    private void PutFrames(byte[] key, byte[] messageId)
    {
        byte[][] chunks = [.. Plaintext.Chunk(FrameLength)];
        if (chunks.Length == 0 || EndsWithEmptyFrame)
        {
            chunks = [.. chunks, []];
        }

        for (var i = 0; i < chunks.Length; i++)
        {
            uint sequence = (uint)(i + 1);
            bool isFinal = i == chunks.Length - 1;
            string name = isFinal ? "final frame " : "frame ";
            if (isFinal)
            {
                Put("final mark", [0xFF, 0xFF, 0xFF, 0xFF]);
            }

            Put("sequence number", BigEndian(sequence));
            Put(name + "IV", IvOf(sequence));
            if (isFinal)
            {
                Put("content length", BigEndian((uint)chunks[i].Length));
            }

            string text = isFinal ? "AWSKMSEncryptionClient Final Frame" : "AWSKMSEncryptionClient Frame";
            byte[] aad = [.. messageId, .. Encoding.ASCII.GetBytes(text), .. BigEndian(sequence), 0, 0, 0, 0, .. BigEndian((uint)chunks[i].Length)];
            Put(name + "content and tag", Gcm(key, IvOf(sequence), chunks[i], aad));
        }
    }

    private void PutNonFramed(byte[] key, byte[] messageId)
    {
        Put("body IV", IvOf(1));
        Put("body length", [0, 0, 0, 0, .. BigEndian((uint)Plaintext.Length)]);
        byte[] aad =
        [
            .. messageId, .. "AWSKMSEncryptionClient Single Block"u8, 0, 0, 0, 1, 0, 0, 0, 0, .. BigEndian((uint)Plaintext.Length),
        ];
        Put("body content and tag", Gcm(key, IvOf(1), Plaintext, aad));
    }

    private void PutKey(string name, string providerId, byte[] info, byte[] ciphertext)
    {
        byte[] id = Encoding.UTF8.GetBytes(providerId);
        Put(name + " lengths", BigEndian((ushort)id.Length));
        Put(name, id);
        Put(name + " lengths", BigEndian((ushort)info.Length));
        Put(name, info);
        Put(name + " lengths", BigEndian((ushort)ciphertext.Length));
        Put(name, ciphertext);
    }

    private void Put(string name, byte[] bytes)
    {
        _fields.Add(new Field(name, _bytes.Count, bytes.Length));
        _bytes.AddRange(bytes);
    }

    private static byte[] Gcm(byte[] key, byte[] iv, byte[] plaintext, byte[] aad)
    {
        byte[] output = new byte[plaintext.Length + 16];
        using var gcm = new AesGcm(key, 16);
        gcm.Encrypt(iv, plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), aad);
        return output;
    }

    private static byte[] Hkdf(HashAlgorithmName hash, byte[] keyMaterial, byte[]? salt, byte[] info, int length)
    {
        (int hashLength, Func<byte[], byte[], byte[]> hmac) = hash.Name switch
        {
            "SHA256" => (32, HMACSHA256.HashData),
            "SHA384" => (48, HMACSHA384.HashData),
            _ => (64, (Func<byte[], byte[], byte[]>)HMACSHA512.HashData),
        };
        byte[] pseudorandomKey = hmac(salt ?? new byte[hashLength], keyMaterial);
        return hmac(pseudorandomKey, [.. info, 1])[..length];
    }

    private static string CompressedKey(ECDsa key)
    {
        ECPoint point = key.ExportParameters(false).Q;
        return Convert.ToBase64String([(byte)(2 + (point.Y![^1] & 1)), .. point.X!]);
    }

    public sealed record Field(string Name, int Start, int Length);
}
