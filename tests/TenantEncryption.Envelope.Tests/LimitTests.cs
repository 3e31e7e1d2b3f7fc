using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using static TenantEncryption.Testing.SpecificationMessage;

namespace TenantEncryption.Tests.Envelope;

public sealed class LimitTests
{
    private static readonly AlgorithmSuite Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey;

    public static TheoryData<string> Bombs() => new("65,535 data keys", "4 GiB frames", "a header without end", "a context of 65,535 bytes");

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_parser_bomb_is_refused_within_1_MiB_of_memory(string bomb)
    {
        byte[] start = [2, 4, 0x78, .. new byte[32]];
        byte[] bytes = bomb switch
        {
            "65,535 data keys" => [.. start, 0, 0, 0xFF, 0xFF, .. new byte[65535 * 6]],
            "4 GiB frames" => [.. start, 0, 0, 0, 1, .. new byte[6], 2, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[48]],
            "a header without end" =>
                [.. start, 0, 0, 0, 32, .. Enumerable.Repeat((byte[])[0xFF, 0xFF, .. new byte[65535]], 96).SelectMany(field => field)],
            _ => [.. start, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[65533], 0, 1, .. new byte[6], 2, 0, 0, 0, 16, .. new byte[48]],
        };
        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.CodeAsync(() => Ways.ReadAsync(way, bytes, new AskedKeyring()));
        }

        using var stream = new OneWayStream(bytes);
        var keyring = new AskedKeyring();
        var reader = new MessageReader();
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? inMemory = await Refusal.CodeAsync(async () => await reader.ReadValueAsync(bytes, keyring));
        string? inStream = await Refusal.CodeAsync(() => reader.ReadFrameByFrameAsync(stream, null, keyring));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        string expected = bomb.Contains("context", StringComparison.Ordinal) ? ErrorCodes.MessageAltered : ErrorCodes.LimitExceeded;
        Assert.Equal((expected, expected), (inMemory, inStream));
        Assert.InRange(allocated, 0, 1 << 20);
        Assert.Equal(0, keyring.Asked);
    }

    [Fact]
    public async Task Each_limit_is_a_parameter()
    {
        var message = new SpecificationMessage
        {
            Suite = Suite,
            FrameLength = 1000,
            Plaintext = new byte[10],
            OtherKeys = Enumerable.Repeat(("x", new byte[10], new byte[10]), 40).ToList(),
        };
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();
        var enough = new MessageLimits
        {
            MaxEncryptedDataKeys = 41,
            MaxFrameLength = 1000,
            MaxHeaderLength = message.HeaderLength,
        };

        Assert.Equal(message.Plaintext, await Ways.ReadAsync(Way.Memory, bytes, keyring, new MessageReaderOptions { Limits = enough }));
        foreach (MessageLimits tooLittle in (MessageLimits[])
            [
                enough with { MaxEncryptedDataKeys = 40 },
                enough with { MaxFrameLength = 999 },
                enough with { MaxHeaderLength = message.HeaderLength - 1 },
            ])
        {
            await Refusal.IsAsync(
                ErrorCodes.LimitExceeded,
                () => Ways.ReadAsync(Way.Memory, bytes, keyring, new MessageReaderOptions { Limits = tooLittle }));
        }
    }

    [Fact]
    public async Task A_message_without_frames_that_is_too_long_is_refused()
    {
        var message = new SpecificationMessage { Suite = Suite, FrameLength = 0, Plaintext = new byte[100] };
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();
        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(
                ErrorCodes.NonFramedTooLarge,
                () => Ways.ReadAsync(
                    way, bytes, keyring, new MessageReaderOptions { Limits = new MessageLimits { MaxNonFramedLength = 99 } }));
        }
    }

    [Theory]
    [InlineData("0478", 0, true)]
    [InlineData("0478", 0, false)]
    [InlineData("0578", 0, true)]
    [InlineData("0578", 64 << 20, true)]
    public async Task A_short_message_that_claims_48_MiB_has_no_room_made_for_them(string suite, int frameLength, bool isLengthKnown)
    {
        var message = new SpecificationMessage { Suite = SuiteOf(suite), FrameLength = frameLength, Plaintext = new byte[20] };
        byte[] bytes = message.Write();
        Field claim = message.Fields.Single(field => field.Name == (frameLength == 0 ? "body length" : "content length"));
        bytes[claim.Start + claim.Length - 4] = 0x03;
        using RawAesKeyring keyring = message.Keyring();
        using var source = new AskedStream(bytes, isLengthKnown);

        await Refusal.IsAsync(ErrorCodes.MessageTruncated, () => new MessageReader().ReadFrameByFrameAsync(source, null, keyring));

        Assert.InRange(source.MostAsked, 1, 256 << 10);
    }

    [Fact]
    public async Task A_message_without_frames_of_several_MiB_is_read_in_each_way()
    {
        foreach (int length in (int[])[(256 << 10) - 36, (256 << 10) - 35, 5_000_000])
        {
            var message = new SpecificationMessage { Suite = Suite, FrameLength = 0, Plaintext = RandomNumberGenerator.GetBytes(length) };
            byte[] bytes = message.Write();
            using RawAesKeyring keyring = message.Keyring();
            foreach (Way way in Enum.GetValues<Way>())
            {
                Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, bytes, keyring));
            }
        }
    }

    [Fact]
    public void A_header_that_arrives_in_parts_is_measured_where_it_was_left_and_not_again_from_its_start()
    {
        const int Keys = 1000;
        var message = new SpecificationMessage { Suite = Suite, OtherKeys = Enumerable.Repeat(("x", new byte[10], new byte[10]), Keys).ToList() };
        byte[] bytes = message.Write();
        Field[] keys = [.. message.Fields.Where(field => field.Name == "other EDK lengths")];
        int firstKey = keys[0].Start;
        int fieldsOfAKey = keys.Length / Keys;
        var measure = new HeaderMeasure(new MessageLimits { MaxEncryptedDataKeys = Keys + 1 });

        // What was measured is destroyed: whoever looks at it again fails.
        for (int key = 1; key < Keys; key++)
        {
            int end = keys[key * fieldsOfAKey].Start;
            Assert.False(measure.TryFindEnd(bytes.AsSpan(0, end), out int needed));
            Assert.InRange(needed, end + 1, message.HeaderLength);
            bytes.AsSpan(firstKey, end - firstKey).Fill(0xFF);
        }

        Assert.True(measure.TryFindEnd(bytes, out int length));
        Assert.Equal(message.HeaderLength, length);
    }

    [Fact]
    public async Task A_message_without_frames_that_claims_more_than_64_bits_of_sign_is_refused()
    {
        var message = new SpecificationMessage { Suite = Suite, FrameLength = 0, Plaintext = new byte[100] };
        byte[] bytes = message.Write();
        Field length = message.Fields.Single(field => field.Name == "body length");
        bytes.AsSpan(length.Start, 8).Fill(0xFF);
        using RawAesKeyring keyring = message.Keyring();

        await Refusal.IsAsync(ErrorCodes.NonFramedTooLarge, () => Ways.ReadAsync(Way.Memory, bytes, keyring));
    }

    [Fact]
    public async Task What_is_no_message_is_called_so()
    {
        foreach (byte[] bytes in (byte[][])
            [
                [], "hello, world"u8.ToArray(), [1, 0x81, 0, 0x14], [2, 0, 0x14, 0], [1, 0x80, 4, 0x78], [3], RandomNumberGenerator.GetBytes(0),
            ])
        {
            foreach (Way way in Enum.GetValues<Way>())
            {
                await Refusal.IsAsync(ErrorCodes.NotAMessage, () => Ways.ReadAsync(way, bytes, new AskedKeyring()));
            }
        }
    }

    [Fact]
    public async Task A_header_is_read_from_a_stream_up_to_its_last_byte_and_no_further()
    {
        var message = new SpecificationMessage { Suite = Suite, Plaintext = new byte[100] };
        using var stream = new MemoryStream(message.Write());

        MessageHeader header = await MessageReader.ReadHeaderAsync(stream);

        Assert.Equal(message.HeaderLength, header.HeaderLength);
        Assert.Equal(message.HeaderLength, stream.Position);
        Assert.Equal(16, header.FrameLength);
        Assert.Equal(2, header.Version);
        Assert.Equal(32, header.MessageId.Length);
        Assert.Equal(ContentType.Framed, header.ContentType);
        Assert.Equal("contoso", header.Context["TenantId"]);
        Assert.Equal(Namespace, Assert.Single(header.EncryptedDataKeys).ProviderId);
    }
}
