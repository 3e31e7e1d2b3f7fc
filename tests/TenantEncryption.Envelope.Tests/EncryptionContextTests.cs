using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class EncryptionContextTests
{
    [Fact]
    public void Keys_sort_by_their_UTF8_bytes_beyond_the_BMP()
    {
        // U+FF01 is EF BC 81 and U+1F600 is F0 9F 98 80 in UTF-8; in UTF-16 the second starts with D83D and would come first.
        var context = new EncryptionContext(new Dictionary<string, string> { ["\U0001F600"] = "b", ["\uFF01"] = "a", ["A"] = "c" });

        Assert.Equal(["A", "\uFF01", "\U0001F600"], context.Keys);
        Assert.Equal(
            "0003" + "000141000163" + "0003EFBC81000161" + "0004F09F9880000162",
            Convert.ToHexString(context.Serialized.Span));
    }

    [Fact]
    public void The_order_of_strings_is_the_order_of_their_UTF8_bytes()
    {
        string[] samples = ["", "a", "b", "aa", "é", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF", "a\U00010000", "a\uFFFF"];
        foreach (string left in samples)
        {
            foreach (string right in samples)
            {
                int byBytes = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

                Assert.Equal(Math.Sign(byBytes), Math.Sign(Utf8Order.Compare(left, right)));
            }
        }
    }

    [Fact]
    public void An_empty_context_serializes_to_nothing()
    {
        Assert.Equal(0, EncryptionContext.Empty.Serialized.Length);
        Assert.Equal(EncryptionContext.Empty, EncryptionContext.Parse([]));
        Assert.Equal(0, new EncryptionContext([]).Serialized.Length);
    }

    [Fact]
    public void A_serialized_context_parses_to_an_equal_one()
    {
        var context = new EncryptionContext(new Dictionary<string, string> { ["b"] = "", [""] = "x", ["\U0001F600"] = "é" });

        EncryptionContext parsed = EncryptionContext.Parse(context.Serialized.Span);

        Assert.Equal(context, parsed);
        Assert.Equal("é", parsed["\U0001F600"]);
        Assert.False(parsed.ContainsKey("c"));
    }

    [Fact]
    public void A_key_that_occurs_twice_is_refused()
    {
        KeyValuePair<string, string>[] pairs = [new("a", "1"), new("b", "2"), new("a", "3")];

        Refusal.Is(ErrorCodes.ContextMismatch, () => _ = new EncryptionContext(pairs));
    }

    [Fact]
    public void Text_that_is_not_well_formed_is_refused()
    {
        Refusal.Is(ErrorCodes.ContextMismatch, () => _ = new EncryptionContext([new("\uD800", "x")]));
        Refusal.Is(ErrorCodes.ContextMismatch, () => _ = new EncryptionContext([new("x", "\uDC00x")]));
    }

    [Fact]
    public void A_context_of_65535_bytes_is_taken_and_a_longer_one_is_refused()
    {
        Assert.Equal(65535, new EncryptionContext([new("k", new string('v', 65535 - 7))]).Serialized.Length);
        Refusal.Is(ErrorCodes.LimitExceeded, () => _ = new EncryptionContext([new("k", new string('v', 65535 - 6))]));
    }

    [Theory]
    [InlineData("00", "a length is cut")]
    [InlineData("0000", "no pairs, but two bytes")]
    [InlineData("0001", "a pair is missing")]
    [InlineData("FFFF000141000142", "the count exceeds the bytes")]
    [InlineData("0001000141000142FF", "a byte follows")]
    [InlineData("0001000241000142", "a length exceeds the bytes")]
    [InlineData("00010001FF000142", "not UTF-8")]
    [InlineData("0002000141000142000141000143", "a key twice, next to each other")]
    [InlineData("0003000142000142000141000143000142000143", "a key twice, apart")]
    public void Bytes_that_are_not_a_context_are_refused(string hex, string why)
    {
        Assert.NotEmpty(why);
        Refusal.Is(ErrorCodes.MessageAltered, () => EncryptionContext.Parse(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Pairs_in_another_order_are_read_and_written_in_order()
    {
        EncryptionContext parsed = EncryptionContext.Parse(Convert.FromHexString("0002000142000178000141000179"));

        Assert.Equal(["A", "B"], parsed.Keys);
        Assert.Equal("0002000141000179000142000178", Convert.ToHexString(parsed.Serialized.Span));
    }
}
