using System.Buffers.Binary;
using System.Security.Cryptography;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// Derives the key that encrypts, and the commitment, from the data key (framework/transitive-requirements.md; RFC 5869). The extract
/// step is done once for both.
/// </summary>
internal static class KeyDerivation
{
    private const int MaxHashLength = 64;
    private const int MaxInfoLength = 2 + 16;

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
            "DERIVEKEY"u8.CopyTo(info[2..]);
            HKDF.Expand(hash, pseudorandomKey, derivedKey, info[..(2 + "DERIVEKEY"u8.Length)]);
            HKDF.Expand(hash, pseudorandomKey, commitment, "COMMITKEY"u8);
        }
        else
        {
            messageId.CopyTo(info[2..]);
            HKDF.Expand(hash, pseudorandomKey, derivedKey, info[..(2 + messageId.Length)]);
        }
    }
}
