using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using TenantEncryption.Envelope;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class RoundTripProperties
{
    private static readonly Config Quietly = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Any_value_with_any_context_frame_length_and_number_of_wraps_comes_back()
    {
        Gen<Sample> samples =
            from frameLength in Gen.OneOf(Gen.Choose(1, 40), Gen.Choose(1000, 100_000), Gen.Constant(MessageWriterOptions.DefaultFrameLength))
            from length in Gen.OneOf(Gen.Choose(0, 100), Gen.Choose(0, 70_000), AtTheEndOfAFrame(frameLength))
            from wraps in Gen.Choose(1, 32)
            from pairs in Gen.ListOf(Contexts.Pair)
            from writing in Gen.Elements(Enum.GetValues<Way>())
            from reading in Gen.Elements(Enum.GetValues<Way>())
            select new Sample(length, frameLength, wraps, Contexts.Of(pairs), writing, reading);
        using RawAesKeyring keyring = TestMaterials.Keyring();

        Prop.ForAll(Arb.From(samples), sample =>
        {
            using MessageMaterials materials = TestMaterials.New(sample.Context, sample.Wraps);
            byte[] plaintext = RandomNumberGenerator.GetBytes(sample.Length);
            byte[] message = Ways.WriteAsync(
                sample.Writing, plaintext, materials, new MessageWriterOptions { FrameLength = sample.FrameLength }).Result;
            MessageHeader header = MessageReader.ReadHeader(message);
            return plaintext.AsSpan().SequenceEqual(Ways.ReadAsync(sample.Reading, message, keyring).Result)
                && header.Context.Equals(sample.Context)
                && header.EncryptedDataKeys.Count == sample.Wraps;
        }).Check(Quietly);
    }

    [Fact]
    public void Any_context_is_serialized_as_the_specification_says_and_parsed_back()
    {
        Prop.ForAll(Arb.From(Gen.ListOf(Contexts.Pair)), pairs =>
        {
            EncryptionContext context = Contexts.Of(pairs);
            return context.Serialized.Span.SequenceEqual(SpecificationMessage.Serialize(context))
                && EncryptionContext.Parse(context.Serialized.Span).Equals(context);
        }).Check(Quietly);
    }

    /// <summary>Lengths at which a frame is just full, nearly full, or the next one begins.</summary>
    private static Gen<int> AtTheEndOfAFrame(int frameLength) =>
        from frames in Gen.Choose(1, 3)
        from difference in Gen.Choose(-1, 1)
        select (frames * frameLength) + difference;

    private sealed record Sample(int Length, int FrameLength, int Wraps, EncryptionContext Context, Way Writing, Way Reading);

    private static class Contexts
    {
        private static readonly Gen<string> Text =
            from runes in Gen.ListOf(Gen.Elements("a", "B", "é", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U0001F600", "0"))
            select string.Concat(runes.Take(5));

        public static Gen<KeyValuePair<string, string>> Pair { get; } =
            from key in Text
            from value in Text
            select new KeyValuePair<string, string>(key, value);

        public static EncryptionContext Of(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs.DistinctBy(pair => pair.Key));
    }
}
