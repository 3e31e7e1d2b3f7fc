using System.Buffers.Binary;
using System.Security.Cryptography;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// Derives the key that encrypts, and the commitment, from the data key (framework/transitive-requirements.md; RFC 5869). The extract
/// step is done once for both, and so is keying the HMAC that expands, which costs more than the HMAC itself.
/// </summary>
internal static class KeyDerivation
{
    private const int MaxHashLength = 64;
    private const int MaxInfoLength = 2 + 16;

    // No key is longer than its hash, so that expanding is one HMAC over the info and this (RFC 5869 §2.3).
    private const byte FirstBlock = 1;

    public static void Derive(
        AlgorithmSuite suite,
        ReadOnlySpan<byte> messageId,
        ReadOnlySpan<byte> dataKey,
        Span<byte> derivedKey,
        Span<byte> commitment)
    {
        if (suite.KeyDerivationHash is not { } hash)
        {
            dataKey.CopyTo(derivedKey);
            return;
        }

        using var extracted = new SecretBytes(MaxHashLength);
        Span<byte> info = stackalloc byte[MaxInfoLength];
        BinaryPrimitives.WriteUInt16BigEndian(info, suite.Id);

        // Without commitment the salt is absent, which RFC 5869 §2.2 takes for zeros, and the message id is in the info.
        int hashLength = HKDF.Extract(hash, dataKey, suite.IsCommitting ? messageId : default, extracted.Span);
        ReadOnlySpan<byte> pseudorandomKey = extracted.Span[..hashLength];
        if (suite.IsCommitting)
        {
            using IncrementalHash hmac = IncrementalHash.CreateHMAC(hash, pseudorandomKey);
            "DERIVEKEY"u8.CopyTo(info[2..]);
            Expand(hmac, info[..(2 + "DERIVEKEY"u8.Length)], extracted.Span, derivedKey);
            Expand(hmac, "COMMITKEY"u8, extracted.Span, commitment);
        }
        else
        {
            messageId.CopyTo(info[2..]);
            HKDF.Expand(hash, pseudorandomKey, derivedKey, info[..(2 + messageId.Length)]);
        }
    }

    // What was extracted is in the HMAC, and its place is free for the block.
    private static void Expand(IncrementalHash hmac, ReadOnlySpan<byte> info, Span<byte> block, Span<byte> key)
    {
        hmac.AppendData(info);
        hmac.AppendData([FirstBlock]);
        hmac.GetHashAndReset(block);
        block[..key.Length].CopyTo(key);
    }
}
