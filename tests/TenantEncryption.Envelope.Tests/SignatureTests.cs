using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class SignatureTests
{
    private static readonly AlgorithmSuite Signed = AlgorithmSuite.Find(0x0578)!;

    public static TheoryData<string> Forms() => new("trailing byte", "long length", "padded integer", "negative", "empty", "zero");

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_signature_that_is_not_canonical_DER_is_refused(string form)
    {
        var message = new SpecificationMessage
        {
            Suite = Signed,
            Plaintext = [1, 2, 3],
            ChangeSignature = der => InForm(form, der),
        };
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, bytes, keyring));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Canonical_DER_is_told_from_what_is_not(string form)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        byte[] der = key.SignData([1, 2, 3], HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);

        Assert.True(MessageSignature.IsCanonical(der));
        Assert.False(MessageSignature.IsCanonical(InForm(form, der)));
    }

    [Fact]
    public async Task A_stream_hands_out_the_final_frame_of_a_signed_message_only_after_its_signature_verified()
    {
        var message = new SpecificationMessage { Suite = Signed, FrameLength = 16, Plaintext = RandomNumberGenerator.GetBytes(20) };
        byte[] bytes = message.Write();
        bytes[^1] ^= 1;
        using RawAesKeyring keyring = message.Keyring();
        var destination = new MemoryStream();
        using var source = new OneWayStream(bytes);

        await Refusal.IsAsync(
            ErrorCodes.MessageAltered, () => new MessageReader().ReadFrameByFrameAsync(source, destination, keyring));

        Assert.Equal(0, destination.Length);
    }

    [Fact]
    public async Task A_suite_and_a_context_that_disagree_on_a_signature_are_refused_before_any_key_is_asked_for()
    {
        byte[] unsignedWithKey = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            Context = new Dictionary<string, string> { ["aws-crypto-public-key"] = "AAAA" },
        }.Write();
        byte[] signedWithoutKey = new SpecificationMessage { Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey }.Write();
        signedWithoutKey[1] = 0x05;
        var keyring = new AskedKeyring();

        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, unsignedWithKey, keyring));
            await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, signedWithoutKey, keyring));
        }

        Assert.Equal(0, keyring.Asked);
    }

    [Fact]
    public void Compressed_points_of_both_curves_are_decompressed()
    {
        foreach (ECCurve curve in (ECCurve[])[ECCurve.NamedCurves.nistP256, ECCurve.NamedCurves.nistP384])
        {
            for (var i = 0; i < 20; i++)
            {
                using ECDsa key = ECDsa.Create(curve);
                ECPoint point = key.ExportParameters(false).Q;

                ECParameters decoded = CompressedPoint.Decode(curve, [(byte)(2 + (point.Y![^1] & 1)), .. point.X!]);

                Assert.Equal(point.X, decoded.Q.X);
                Assert.Equal(point.Y, decoded.Q.Y);
            }
        }
    }

    [Fact]
    public void What_is_not_a_compressed_point_is_refused()
    {
        ECCurve curve = ECCurve.NamedCurves.nistP256;
        byte[] notOnTheCurve = [2, .. Enumerable.Repeat((byte)0, 31), 4];
        byte[] beyondThePrime = [2, .. Enumerable.Repeat((byte)0xFF, 32)];

        Assert.Throws<CryptographicException>(() => CompressedPoint.Decode(curve, []));
        Assert.Throws<CryptographicException>(() => CompressedPoint.Decode(curve, new byte[33]));
        Assert.Throws<CryptographicException>(() => CompressedPoint.Decode(curve, beyondThePrime));
        // x = 4: x³ − 3x + b is no square modulo the prime.
        using (ECDsa key = ECDsa.Create(curve))
        {
            bool refused = false;
            for (byte x = 0; x < 20 && !refused; x++)
            {
                notOnTheCurve[^1] = x;
                refused = Record.Exception(() => CompressedPoint.Decode(curve, notOnTheCurve)) is CryptographicException;
            }

            Assert.True(refused);
        }
    }

    private static byte[] InForm(string form, byte[] der) => form switch
    {
        "trailing byte" => [.. der, 0],
        "long length" => [0x30, 0x81, .. der[1..]],
        "padded integer" => [0x30, (byte)(der[1] + 1), 0x02, (byte)(der[3] + 1), 0x00, .. der[4..]],
        "negative" => [0x30, 0x06, 0x02, 0x01, 0xFF, 0x02, 0x01, 0x01],
        "zero" => [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
        _ => [],
    };
}
