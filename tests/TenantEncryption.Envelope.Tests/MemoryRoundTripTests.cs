using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Tests.Envelope;

public sealed class MemoryRoundTripTests
{
    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 16)]
    [InlineData(15, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 16)]
    [InlineData(100_000, 1000)]
    public async Task A_value_comes_back_as_it_went_in(int length, int frameLength)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(length);
        byte[] kek = RandomNumberGenerator.GetBytes(32);
        var context = new EncryptionContext(new Dictionary<string, string> { ["TenantId"] = "contoso" });
        using SecretBytes dataKey = SecretBytes.Random(32);
        using var materials = new MessageMaterials(
            dataKey,
            [RawAesKeyWrap.Wrap(kek, "tenant-encryption", "kek-1", dataKey.Span, context)],
            context);
        byte[] message = new MessageWriter().Write(plaintext, materials, frameLength);

        using var keyring = new RawAesKeyring("tenant-encryption", "kek-1", kek);
        OpenedValue opened = await new MessageReader().ReadValueAsync(message, keyring);

        Assert.Equal(plaintext, opened.Plaintext);
        Assert.Equal(context, opened.Header.Context);
    }
}
