using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>The known answer of docs/key-record.md: the page, this test's own arithmetic and the product agree on every byte.</summary>
public sealed class KeyRecordVectorTests
{
    private static readonly byte[] Share = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static readonly KeyRecord Record = new()
    {
        KekId = "kek-0123456789abcdef0123",
        TenantId = "tenant-é",
        ProviderId = "kp-0123456789abcdef0123",
        KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "tenant-é", ["KekId"] = "kek-0123456789abcdef0123" },
        SealedShare = Encoding.ASCII.GetBytes("what GenerateDataKey returned as CiphertextBlob"),
        Salt = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)],
        Iv = [.. Enumerable.Range(0x60, 12).Select(i => (byte)i)],
        SealedKek = Convert.FromHexString(
            "b7195323975b21c70fae43966ca7bb5db36752eaddd4495b40141afbc4a93543"
            + "fe784e7d0276ea7108c3ff0b47af306d"),
    };

    [Fact]
    public void The_known_record_opens_to_the_known_key()
    {
        using SecretBytes kek = KeyRecordCipher.Open(Record, Share, []);

        Assert.Equal(Enumerable.Range(0x80, 32).Select(i => (byte)i), kek.Span.ToArray());
        Assert.Equal(kek.Span.ToArray(), KeyRecipe.Open(Record, Share));
    }

    [Fact]
    public void A_sealed_key_opens_by_the_recipe_and_no_two_seals_are_the_same()
    {
        byte[] kek = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
        KeyRecord one = KeyRecordCipher.Seal(kek, Share, [], Record);
        KeyRecord other = KeyRecordCipher.Seal(kek, Share, [], Record);

        Assert.Equal(kek, KeyRecipe.Open(one, Share));
        Assert.NotEqual(one.Salt, other.Salt);
        Assert.NotEqual(one.Iv, other.Iv);
        Assert.NotEqual(one.SealedKek, other.SealedKek);
    }

    [Fact]
    public void A_second_layer_needs_both_shares()
    {
        byte[] kek = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
        byte[] internalShare = [.. Enumerable.Range(0x20, 32).Select(i => (byte)i)];
        KeyRecord record = KeyRecordCipher.Seal(kek, Share, internalShare, Record with { SealedInternalShare = [1, 2, 3] });

        using SecretBytes opened = KeyRecordCipher.Open(record, Share, internalShare);
        Assert.Equal(kek, opened.Span.ToArray());
        Assert.Equal(kek, KeyRecipe.Open(record, [.. Share, .. internalShare]));
        AssertRefused(record, Share, []);
        AssertRefused(record, internalShare, []);
        AssertRefused(record, internalShare, Share);
    }

    [Fact]
    public void No_two_lists_of_fields_have_one_encoding()
    {
        KeyRecord moved = Record with { TenantId = Record.TenantId + "k", KekId = Record.KekId[1..] };
        AssertRefused(moved, Share, []);
    }

    private static void AssertRefused(KeyRecord record, byte[] share, byte[] internalShare) => Assert.Equal(
        ErrorCodes.WrongKey, Assert.Throws<TenantEncryptionException>(() => KeyRecordCipher.Open(record, share, internalShare)).Code);
}
