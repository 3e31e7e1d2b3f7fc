using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

/// <summary>What a message holds, written anew frame to frame: of every suite, at every length, and refused where it does not verify.</summary>
public sealed class ReencryptionTests
{
    private static readonly MessageReaderOptions Everything = new() { AllowNonCommitting = true, DegreeOfParallelism = 3 };

    public static TheoryData<string, int> Suites
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (AlgorithmSuite suite in AlgorithmSuite.All)
            {
                data.Add(SpecificationMessage.IdOf(suite), 0);
                data.Add(SpecificationMessage.IdOf(suite), 1_000);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_message_of_every_suite_framed_or_not_becomes_one_that_holds_the_same(string suiteId, int frameLength)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(200_001);
        var old = new SpecificationMessage { Suite = SpecificationMessage.SuiteOf(suiteId), FrameLength = frameLength, Plaintext = plaintext };
        using var scene = new Scene(old.Write());

        ReencryptedMessage done = await scene.RunAsync(old.Keyring());

        MessageHeader header = await scene.AssertHoldsAsync(plaintext);
        Assert.Equal(frameLength == 0 ? MessageWriterOptions.DefaultFrameLength : frameLength, header.FrameLength);
        Assert.Equal((plaintext.Length, (long)scene.Written.Length), (done.New.PlaintextLength, done.New.MessageLength));
        Assert.Equal(header.MessageId.ToArray(), done.New.MessageId.ToArray());
        Assert.NotEqual(done.Old.Header.MessageId.ToArray(), done.New.MessageId.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(262_144)]
    [InlineData(262_145)]
    [InlineData(524_288)]
    [InlineData(3_000_000)]
    public async Task A_message_of_every_length_at_the_edges_of_frames_and_of_what_is_small(int length)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(length);
        using MessageMaterials first = TestMaterials.New();
        using var scene = new Scene(new MessageWriter().Write(plaintext, first));

        await scene.RunAsync(TestMaterials.Keyring());

        await scene.AssertHoldsAsync(plaintext);
    }

    [Fact]
    public async Task No_pair_of_key_and_IV_meets_two_inputs()
    {
        var watch = new WatchedAeadFactory();
        using MessageMaterials first = TestMaterials.New();
        using var scene = new Scene(new MessageWriter(watch).Write(new byte[1_000_000], first, 10_000));

        await scene.RunAsync(TestMaterials.Keyring(), watch);

        Assert.Equal(2 * (1 + Frames.Count(1_000_000, 10_000)), watch.Encryptions);
        Assert.Empty(watch.Reused);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(300_000)]
    public async Task What_does_not_verify_is_refused_and_no_data_key_is_made_for_a_header_that_does_not(int length)
    {
        using MessageMaterials first = TestMaterials.New();
        byte[] good = new MessageWriter().Write(RandomNumberGenerator.GetBytes(length), first);
        MessageHeader header = MessageReader.ReadHeader(good);

        foreach (int at in (int[])[header.HeaderLength - 1, header.HeaderLength + 30, good.Length - 1])
        {
            byte[] altered = [.. good];
            altered[at] ^= 1;
            using var scene = new Scene(altered);
            Assert.Equal(ErrorCodes.MessageAltered, await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())));
            Assert.Equal(at < header.HeaderLength || length <= 65_000 ? 0 : 1, scene.MaterialsMade);
        }

        foreach (byte[] wrong in (byte[][])[good[..^1], [.. good, 0]])
        {
            using var scene = new Scene(wrong);
            Assert.Contains(await Refusal.CodeOfAsync(() => scene.RunAsync(TestMaterials.Keyring())), new[] { ErrorCodes.MessageTruncated, ErrorCodes.MessageAltered });
        }
    }

    [Fact]
    public async Task A_signature_that_does_not_verify_is_refused_before_anything_is_made()
    {
        var old = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Find(0x0578)!,
            FrameLength = 4_096,
            Plaintext = new byte[200_000],
            ChangeSignature = signature => [.. signature[..^1], (byte)(signature[^1] ^ 1)],
        };
        using var scene = new Scene(old.Write());

        Assert.Equal(ErrorCodes.MessageAltered, await Refusal.CodeOfAsync(() => scene.RunAsync(old.Keyring())));
        Assert.Equal(0, scene.MaterialsMade);
    }

    private sealed class Scene : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("tenc-anew-").FullName;

        public Scene(byte[] message) => File.WriteAllBytes(Path.Combine(_folder, "old"), message);

        public int MaterialsMade { get; private set; }

        public byte[] Written => File.ReadAllBytes(Path.Combine(_folder, "new"));

        public async Task<ReencryptedMessage> RunAsync(IKeyring keyring, IAeadFactory? aeads = null)
        {
            using SafeFileHandle source = File.OpenHandle(Path.Combine(_folder, "old"));
            using SafeFileHandle destination = File.OpenHandle(Path.Combine(_folder, "new"), FileMode.CreateNew, FileAccess.ReadWrite);
            return await new MessageReencryptor(aeads).ReencryptAsync(
                source,
                destination,
                keyring,
                header =>
                {
                    MaterialsMade++;
                    return ValueTask.FromResult(TestMaterials.New());
                },
                Everything,
                bytesDone: null,
                CancellationToken.None);
        }

        public async Task<MessageHeader> AssertHoldsAsync(byte[] plaintext)
        {
            OpenedValue opened = await new MessageReader().ReadValueAsync(Written, TestMaterials.Keyring());
            Assert.True(plaintext.AsSpan().SequenceEqual(opened.Plaintext));
            return opened.Header;
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
