using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>
/// The ECDSA signature of a message (data-format/message-footer.md): over header and body, verified with the key that the encryption
/// context holds as a compressed point in base64 (framework/transitive-requirements.md, <c>ECDSA</c>; SEC 1 §2.3.4).
/// </summary>
internal sealed class MessageSignature : IDisposable
{
    /// <summary>The reserved key of the encryption context under which the public key is.</summary>
    public const string PublicKeyContextKey = "aws-crypto-public-key";

    private readonly ECCurve _curve;
    private readonly string _publicKey;
    private readonly IncrementalHash _hash;

    private MessageSignature(ECCurve curve, string publicKey, HashAlgorithmName hash)
    {
        _curve = curve;
        _publicKey = publicKey;
        _hash = IncrementalHash.CreateHash(hash);
    }

    /// <summary>Starts verification, with the header as the first bytes.</summary>
    /// <param name="header">The message's header.</param>
    /// <returns>The verification, or <see langword="null"/> for a suite without signature.</returns>
    /// <exception cref="TenantEncryptionException">
    /// MESSAGE_ALTERED: the suite and the context disagree on whether the message is signed.
    /// </exception>
    public static MessageSignature? Start(MessageHeader header)
    {
        bool hasKey = header.Context.TryGetValue(PublicKeyContextKey, out string? encodedKey);
        if (header.Suite.SignatureCurve is not { } curve)
        {
            return hasKey ? throw Frames.Altered("it names a signature key, but its suite has no signature") : null;
        }

        if (!hasKey)
        {
            throw Frames.Altered("its suite has a signature, but it names no signature key");
        }

        var signature = new MessageSignature(curve, encodedKey!, header.Suite.SignatureHash!.Value);
        signature.Append(header.Serialized.Span);
        return signature;
    }

    /// <summary>Adds bytes of the body, in order.</summary>
    /// <param name="body">The bytes as they stand in the message.</param>
    public void Append(ReadOnlySpan<byte> body) => _hash.AppendData(body);

    /// <summary>Verifies the signature.</summary>
    /// <param name="der">The signature of the footer.</param>
    /// <exception cref="TenantEncryptionException">
    /// MESSAGE_ALTERED: it is not canonical DER or does not verify, or the public key is not one.
    /// </exception>
    public void Verify(ReadOnlySpan<byte> der)
    {
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        int length = _hash.GetHashAndReset(digest);
        if (!IsCanonical(der))
        {
            throw Frames.Altered("its signature is not canonical DER");
        }

        // The key is decompressed last: who forges a header doesn't make us take square roots.
        using ECDsa publicKey = ImportKey(_curve, _publicKey);
        if (!publicKey.VerifyHash(digest[..length], der, DSASignatureFormat.Rfc3279DerSequence))
        {
            throw Frames.Altered("its signature does not verify");
        }
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>The longest DER signature of the curves in use, in bytes: two 49-byte integers in a sequence.</summary>
    internal const int MaxLength = 3 + (2 * (2 + 49));

    /// <summary>
    /// Whether a signature is the one DER encoding of two positive integers. OpenSSL checks it as well; other platforms' verification need not.
    /// </summary>
    internal static bool IsCanonical(ReadOnlySpan<byte> der)
    {
        try
        {
            var reader = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            AsnReader sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            BigInteger r = sequence.ReadInteger();
            BigInteger s = sequence.ReadInteger();
            sequence.ThrowIfNotEmpty();
            return r.Sign > 0 && s.Sign > 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ECDsa ImportKey(ECCurve curve, string encodedKey)
    {
        try
        {
            byte[] compressed = Convert.FromBase64String(encodedKey);
            return ECDsa.Create(CompressedPoint.Decode(curve, compressed));
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            throw Frames.Altered("its signature key is not a compressed point of its suite's curve");
        }
    }
}
