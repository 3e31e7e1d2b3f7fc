using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>
/// Decompresses a point of P-256 or P-384 (SEC 1 §2.3.4), which .NET does not: y² = x³ − 3x + b. Both primes are 3 modulo 4,
/// so the square root is a power. The point is public; nothing here needs constant time.
/// </summary>
internal static class CompressedPoint
{
    // FIPS 186-4, D.1.2.3 and D.1.2.4.
    private static readonly (BigInteger Prime, BigInteger B) P256 = (
        Parse("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        Parse("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"));

    private static readonly (BigInteger Prime, BigInteger B) P384 = (
        Parse("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"),
        Parse("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"));

    /// <summary>Decompresses a point.</summary>
    /// <param name="curve">P-256 or P-384.</param>
    /// <param name="compressed">02 or 03 for the parity of y, then x.</param>
    /// <returns>The public key.</returns>
    /// <exception cref="CryptographicException">It is not a point of the curve in that form.</exception>
    public static ECParameters Decode(ECCurve curve, ReadOnlySpan<byte> compressed)
    {
        bool isP256 = curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        (BigInteger prime, BigInteger b) = isP256 ? P256 : P384;
        int length = isP256 ? 32 : 48;
        if (compressed.Length != 1 + length || compressed[0] is not (2 or 3))
        {
            throw new CryptographicException("Not a compressed point.");
        }

        var x = new BigInteger(compressed[1..], isUnsigned: true, isBigEndian: true);
        BigInteger square = (BigInteger.ModPow(x, 3, prime) - (3 * x) + b) % prime;
        square = square.Sign < 0 ? square + prime : square;
        BigInteger y = BigInteger.ModPow(square, (prime + 1) / 4, prime);
        if (x >= prime || BigInteger.ModPow(y, 2, prime) != square)
        {
            throw new CryptographicException("Not a point of the curve.");
        }

        if (y.IsEven != (compressed[0] == 2))
        {
            y = prime - y;
        }

        byte[] yBytes = new byte[length];
        y.TryWriteBytes(yBytes.AsSpan(length - y.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return new ECParameters { Curve = curve, Q = new ECPoint { X = compressed[1..].ToArray(), Y = yBytes } };
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
