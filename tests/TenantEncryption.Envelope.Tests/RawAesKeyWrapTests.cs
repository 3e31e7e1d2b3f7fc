using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class RawAesKeyWrapTests
{
    private static readonly byte[] DataKey = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();

    [Fact]
    public void The_wrap_has_the_layout_of_the_raw_AES_keyring()
    {
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "käy", DataKey, TestMaterials.Context);

        byte[] info = wrapped.ProviderInfo.ToArray();
        Assert.Equal("ns", wrapped.ProviderId);
        Assert.Equal([.. Encoding.UTF8.GetBytes("käy"), 0, 0, 0, 128, 0, 0, 0, 12], info[..^12]);
        using var gcm = new AesGcm(TestMaterials.WrappingKey, 16);
        byte[] opened = new byte[32];
        gcm.Decrypt(info.AsSpan(info.Length - 12), wrapped.Ciphertext.Span[..32], wrapped.Ciphertext.Span[32..], opened, TestMaterials.Context.Serialized.Span);
        Assert.Equal(DataKey, opened);
    }

    [Fact]
    public void Two_wraps_of_one_key_have_different_IVs()
    {
        string[] ivs = Enumerable.Range(0, 100)
            .Select(_ => RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "k", DataKey, TestMaterials.Context))
            .Select(wrapped => Convert.ToHexString(wrapped.ProviderInfo.Span[^12..]))
            .ToArray();

        Assert.Equal(100, ivs.Distinct().Count());
    }

    [Theory]
    [InlineData("other", "k", 32)]
    [InlineData("ns", "kk", 32)]
    [InlineData("ns", "", 32)]
    [InlineData("ns", "k", 16)]
    public void A_wrap_of_another_namespace_name_or_length_does_not_unwrap(string providerId, string keyName, int length)
    {
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "k", DataKey, TestMaterials.Context);

        Assert.False(RawAesKeyWrap.TryUnwrap(
            TestMaterials.WrappingKey, providerId, keyName, wrapped, TestMaterials.Context, new byte[length]));
    }

    [Fact]
    public void A_wrap_does_not_unwrap_under_another_context()
    {
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "k", DataKey, TestMaterials.Context);
        byte[] opened = new byte[32];

        Assert.True(RawAesKeyWrap.TryUnwrap(TestMaterials.WrappingKey, "ns", "k", wrapped, TestMaterials.Context, opened));
        Assert.Equal(DataKey, opened);
        Assert.False(RawAesKeyWrap.TryUnwrap(TestMaterials.WrappingKey, "ns", "k", wrapped, EncryptionContext.Empty, opened));
        Assert.All(opened, value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_key_name_is_read_out_of_the_provider_info()
    {
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", "kek-1", DataKey, TestMaterials.Context);

        Assert.True(RawAesKeyWrap.TryReadKeyName(wrapped, out string? name));
        Assert.Equal("kek-1", name);
        Assert.True(RawAesKeyWrap.Names(wrapped, "ns", "kek-1"));
        Assert.False(RawAesKeyWrap.TryReadKeyName(new EncryptedDataKey("aws-kms", "arn:aws:kms"u8.ToArray(), new byte[3]), out _));
    }

    [Fact]
    public void A_long_key_name_is_compared_whole()
    {
        string name = new('n', 1000);
        EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(TestMaterials.WrappingKey, "ns", name, DataKey, TestMaterials.Context);

        Assert.True(RawAesKeyWrap.Names(wrapped, "ns", name));
        Assert.False(RawAesKeyWrap.Names(wrapped, "ns", name + "n"));
    }

    [Fact]
    public void A_raw_key_of_another_length_is_refused() =>
        Refusal.Is(ErrorCodes.InvalidInput, () => new RawAesKeyring("ns", "k", new byte[20]).Dispose());
}
