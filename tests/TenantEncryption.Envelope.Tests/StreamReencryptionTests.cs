using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

/// <summary>The same from a stream into one: what comes out is whole only when all that went in was verified.</summary>
public sealed class StreamReencryptionTests
{
    private static readonly MessageReaderOptions Everything = new() { AllowNonCommitting = true, DegreeOfParallelism = 3 };

    [Theory]
    [MemberData(nameof(ReencryptionTests.Suites), MemberType = typeof(ReencryptionTests))]
    public async Task A_message_of_every_suite_framed_or_not_becomes_one_that_holds_the_same(string suiteId, int frameLength)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(200_001);
        var old = new SpecificationMessage { Suite = SpecificationMessage.SuiteOf(suiteId), FrameLength = frameLength, Plaintext = plaintext };
        var scene = new Scene(old.Write());

        ReencryptedMessage done = await scene.RunAsync(old.Keyring());

        MessageHeader header = await scene.AssertHoldsAsync(plaintext);
        Assert.Equal(frameLength == 0 ? MessageWriterOptions.DefaultFrameLength : frameLength, header.FrameLength);
        Assert.Equal((plaintext.Length, scene.Written.Length), (done.New.PlaintextLength, done.New.MessageLength));
        Assert.NotEqual(done.Old.Header.MessageId.ToArray(), header.MessageId.ToArray());
        Assert.Equal(SpecificationMessage.SuiteOf(suiteId).IsSigned ? 2 : 1, scene.Opened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(262_145)]
    [InlineData(9_000_000)]
    public async Task A_message_of_every_length_at_the_edges_of_frames_and_of_what_is_on_the_way(int length)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(length);
        using MessageMaterials first = TestMaterials.New();
        var scene = new Scene(new MessageWriter().Write(plaintext, first));

        await scene.RunAsync(TestMaterials.Keyring());

        await scene.AssertHoldsAsync(plaintext);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000_000)]
    public async Task What_does_not_verify_never_becomes_whole(int length)
    {
        using MessageMaterials first = TestMaterials.New();
        byte[] good = new MessageWriter().Write(RandomNumberGenerator.GetBytes(length), first);
        MessageHeader header = MessageReader.ReadHeader(good);
        foreach (int at in (int[])[header.HeaderLength - 1, header.HeaderLength + 30, good.Length - 1])
        {
            byte[] altered = [.. good];
            altered[at] ^= 1;
            var scene = new Scene(altered);
            Assert.Equal(ErrorCodes.MessageAltered, await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())));
            Assert.True(scene.Written.Length < good.Length);
            Assert.Equal(at < header.HeaderLength ? 0 : 1, scene.MaterialsMade);
        }

        foreach (byte[] wrong in (byte[][])[good[..^1], [.. good, 0]])
        {
            var scene = new Scene(wrong);
            Assert.Contains(await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())), new[] { ErrorCodes.MessageTruncated, ErrorCodes.MessageAltered });
            Assert.True(scene.Written.Length < good.Length);
        }
    }

    [Fact]
    public async Task A_source_that_is_not_as_long_as_was_said_never_becomes_whole()
    {
        using MessageMaterials first = TestMaterials.New();
        byte[] good = new MessageWriter().Write(RandomNumberGenerator.GetBytes(3_000_000), first);
        var scene = new Scene(good) { Come = good.Length - 1_000 };

        Assert.Equal(ErrorCodes.MessageTruncated, await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())));

        Assert.True(scene.Written.Length < good.Length);
    }

    [Fact]
    public async Task Who_does_not_take_the_new_message_ends_the_reading_of_the_old_one()
    {
        using MessageMaterials first = TestMaterials.New();
        var scene = new Scene(new MessageWriter().Write(RandomNumberGenerator.GetBytes(60_000_000), first))
        {
            Put = (_, _) => throw new TenantEncryptionException(ErrorCodes.ObjectChanged, "Another one is there."),
        };

        Assert.Equal(ErrorCodes.ObjectChanged, await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())));

        Assert.True(scene.Source!.Taken < 30_000_000, $"{scene.Source.Taken} bytes were read in vain.");
    }

    [Fact]
    public async Task Who_stops_it_is_told_so_whoever_waits_for_whom()
    {
        using MessageMaterials first = TestMaterials.New();
        using var stop = new CancellationTokenSource();
        var scene = new Scene(new MessageWriter().Write(new byte[10_000_000], first));
        scene.Put = async (_, write) =>
        {
            await stop.CancelAsync();
            await write(new MemoryStream(), stop.Token);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.RunAsync(TestMaterials.Keyring(), stop.Token));
    }

    private sealed class Scene(byte[] message)
    {
        public int Come { get; init; } = message.Length;

        public Func<long, Func<Stream, CancellationToken, Task>, Task>? Put { get; set; }

        public int MaterialsMade { get; private set; }

        public int Opened { get; private set; }

        public OneWayStream? Source { get; private set; }

        public byte[] Written { get; private set; } = [];

        public async Task<ReencryptedMessage> RunAsync(IKeyring keyring, CancellationToken cancellationToken = default) => await new MessageReencryptor().ReencryptAsync(
            _ =>
            {
                Opened++;
                Source = new OneWayStream(message.AsMemory(0, Come));
                return ValueTask.FromResult<Stream>(Source);
            },
            message.Length,
            keyring,
            header =>
            {
                MaterialsMade++;
                return ValueTask.FromResult(TestMaterials.New());
            },
            Put ?? (async (length, write) =>
            {
                using var written = new MemoryStream();
                try
                {
                    await write(written, cancellationToken);
                    Assert.Equal(length, written.Length);
                }
                finally
                {
                    Written = written.ToArray();
                }
            }),
            Everything,
            cancellationToken);

        public async Task<MessageHeader> AssertHoldsAsync(byte[] plaintext)
        {
            OpenedValue opened = await new MessageReader().ReadValueAsync(Written, TestMaterials.Keyring());
            Assert.True(plaintext.AsSpan().SequenceEqual(opened.Plaintext));
            return opened.Header;
        }
    }
}
