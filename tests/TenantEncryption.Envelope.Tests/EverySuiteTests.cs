using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class EverySuiteTests
{
    private static readonly MessageReaderOptions AnySuite = new() { AllowNonCommitting = true };

    public static TheoryData<string, int, Way> SuitesFrameLengthsAndWays()
    {
        var data = new TheoryData<string, int, Way>();
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (Way way in Enum.GetValues<Way>())
            {
                foreach (int frameLength in (int[])[0, 1, 16, 1000])
                {
                    data.Add(SpecificationMessage.IdOf(suite), frameLength, way);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(SuitesFrameLengthsAndWays))]
    public async Task A_message_written_by_the_specification_is_read(string suiteId, int frameLength, Way way)
    {
        AlgorithmSuite suite = SpecificationMessage.SuiteOf(suiteId);
        foreach (int length in (int[])[0, 1, 15, 16, 17, 32, 1000])
        {
            var message = new SpecificationMessage
            {
                Suite = suite,
                FrameLength = frameLength,
                Plaintext = RandomNumberGenerator.GetBytes(length),
            };
            using RawAesKeyring keyring = message.Keyring();

            Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, message.Write(), keyring, AnySuite));
        }
    }

    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public async Task A_message_of_each_suite_with_frames_of_the_default_length_is_read(Way way)
    {
        const int Frame = MessageWriterOptions.DefaultFrameLength;
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (int length in (int[])[0, 1, Frame - 1, Frame, Frame + 1, 2 * Frame, (3 * Frame) + 7])
            {
                var message = new SpecificationMessage { Suite = suite, FrameLength = Frame, Plaintext = RandomNumberGenerator.GetBytes(length) };
                using RawAesKeyring keyring = message.Keyring();

                Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, message.Write(), keyring, AnySuite));
            }
        }
    }

    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public async Task An_empty_final_frame_after_full_ones_is_read(Way way)
    {
        var message = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            Plaintext = RandomNumberGenerator.GetBytes(32),
            EndsWithEmptyFrame = true,
        };
        using RawAesKeyring keyring = message.Keyring();

        Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, message.Write(), keyring));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public async Task A_wrapping_key_of_each_length_unwraps(int keyLength)
    {
        var message = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            Plaintext = [1, 2, 3],
            WrappingKey = RandomNumberGenerator.GetBytes(keyLength),
        };
        using RawAesKeyring keyring = message.Keyring();

        Assert.Equal(message.Plaintext, await Ways.ReadAsync(Way.Memory, message.Write(), keyring));
    }

    [Fact]
    public async Task A_message_without_key_commitment_is_refused_unless_allowed_and_before_any_key_is_asked_for()
    {
        foreach (AlgorithmSuite suite in AlgorithmSuite.All.Where(suite => !suite.IsCommitting))
        {
            byte[] message = SpecificationMessage.Write(suite, [1]);
            var keyring = new AskedKeyring();

            await Refusal.IsAsync(ErrorCodes.NotCommitting, () => Ways.ReadAsync(Way.Memory, message, keyring));
            Assert.Equal(0, keyring.Asked);
        }
    }

    [Fact]
    public async Task In_version_1_the_frames_say_their_own_IVs()
    {
        var message = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Find(0x0178)!,
            Plaintext = RandomNumberGenerator.GetBytes(40),
            IvOf = sequence => [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, (byte)sequence],
        };
        using RawAesKeyring keyring = message.Keyring();

        Assert.Equal(message.Plaintext, await Ways.ReadAsync(Way.Memory, message.Write(), keyring, AnySuite));
    }

    [Theory]
    [InlineData(0, "070707070707070707070701")]
    [InlineData(16, "070707070707070707070701")]
    [InlineData(0, "ffffffffffffffff00000001")]
    [InlineData(16, "ffffffffffffffff00000001")] // As in twelve of AWS's known answers: see docs/no-lock-in.md.
    public async Task In_version_2_an_IV_that_is_not_the_sequence_number_is_refused_though_the_tag_verifies(int frameLength, string firstIv)
    {
        var message = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            FrameLength = frameLength,
            Plaintext = RandomNumberGenerator.GetBytes(40),
            IvOf = sequence => [.. Convert.FromHexString(firstIv)[..^1], (byte)sequence],
        };
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, bytes, keyring));
        }
    }

    [Fact]
    public void The_suites_are_the_eleven_of_the_specification()
    {
        Assert.Equal(
            [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378, 0x0478, 0x0578],
            AlgorithmSuite.All.Select(suite => (int)suite.Id));
        Assert.Null(AlgorithmSuite.Find(0x0070));
    }
}
