using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class FrameEditTests
{
    // Two frames make a batch, and one.
    private static readonly int[] FrameLengths = [100_000, MessageWriterOptions.DefaultFrameLength];

    private static readonly MessageReaderOptions AnySuite = new() { AllowNonCommitting = true };

    public static TheoryData<string, Way> SuitesAndWays()
    {
        var data = new TheoryData<string, Way>();
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (Way way in Enum.GetValues<Way>())
            {
                data.Add(SpecificationMessage.IdOf(suite), way);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(SuitesAndWays))]
    public Task A_frame_that_is_missing_is_refused(string suiteId, Way way) =>
        RefusesAsync(suiteId, way, (header, frames) => [.. header, .. frames[0], .. frames[2], .. frames[3], .. frames[4]]);

    [Theory]
    [MemberData(nameof(SuitesAndWays))]
    public Task A_frame_that_is_repeated_is_refused(string suiteId, Way way) =>
        RefusesAsync(
            suiteId, way, (header, frames) => [.. header, .. frames[0], .. frames[1], .. frames[1], .. frames[2], .. frames[3], .. frames[4]]);

    [Theory]
    [MemberData(nameof(SuitesAndWays))]
    public Task Two_frames_that_are_swapped_are_refused(string suiteId, Way way) =>
        RefusesAsync(
            suiteId, way, (header, frames) => [.. header, .. frames[0], .. frames[2], .. frames[1], .. frames[3], .. frames[4]]);

    [Theory]
    [MemberData(nameof(SuitesAndWays))]
    public Task A_final_frame_that_comes_early_is_refused(string suiteId, Way way) =>
        RefusesAsync(suiteId, way, (header, frames) => [.. header, .. frames[0], .. frames[4]]);

    [Theory]
    [MemberData(nameof(SuitesAndWays))]
    public async Task A_message_without_its_final_frame_is_refused_as_truncated(string suiteId, Way way) =>
        await RefusesAsync(
            suiteId,
            way,
            (header, frames) => [.. header, .. frames[0], .. frames[1], .. frames[2], .. frames[3]],
            ErrorCodes.MessageTruncated);

    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public Task A_frame_after_the_final_one_is_refused(Way way) =>
        RefusesAsync(
            "0478",
            way,
            (header, frames) => [.. header, .. frames.SelectMany(frame => frame), .. frames[3]],
            ErrorCodes.MessageAltered);

    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public async Task The_first_error_in_the_order_of_the_message_is_the_one_reported(Way way)
    {
        // Frame 2 is altered and frames 4 and 5 are swapped: whichever thread is faster, it is the alteration.
        await RefusesAsync(
            "0478",
            way,
            (header, frames) =>
            {
                frames[1][500] ^= 1;
                return [.. header, .. frames[0], .. frames[1], .. frames[2], .. frames[4], .. frames[3]];
            },
            ErrorCodes.MessageAltered);
    }

    [Fact]
    public async Task An_error_that_a_later_batch_reports_afterwards_does_not_replace_it()
    {
        // The second batch waits at its first frame for the first batch to fail, and fails thousands of frames later.
        const int Short = 10;
        int batch = Batch.Frames(Short);
        var message = new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            FrameLength = Short,
            Plaintext = RandomNumberGenerator.GetBytes((2 * batch * Short) + 5),
        };
        byte[] bytes = message.Write();
        bytes[message.HeaderLength + (Short + 32) + 20] ^= 1;
        bytes[message.HeaderLength + (((2 * batch) - 1) * (Short + 32)) + 3] ^= 1;
        using RawAesKeyring keyring = message.Keyring();
        using var factory = new GatedAeadFactory(heldFrame: (uint)batch + 1, awaitedFrame: 2);

        await Refusal.IsAsync(
            ErrorCodes.MessageAltered,
            () => Ways.ReadAsync(Way.File, bytes, keyring, new MessageReaderOptions { DegreeOfParallelism = 2 }, factory));
    }

    private static async Task RefusesAsync(
        string suiteId, Way way, Func<byte[], byte[][], byte[]> edit, string code = ErrorCodes.FrameOrder)
    {
        foreach (int frameLength in FrameLengths)
        {
            await RefusesAsync(suiteId, way, frameLength, edit, code);
        }
    }

    private static async Task RefusesAsync(
        string suiteId, Way way, int frameLength, Func<byte[], byte[][], byte[]> edit, string code)
    {
        int sealedLength = frameLength + 32;
        var message = new SpecificationMessage
        {
            Suite = SpecificationMessage.SuiteOf(suiteId),
            FrameLength = frameLength,
            Plaintext = RandomNumberGenerator.GetBytes((frameLength * 4) + 5),
        };
        byte[] bytes = message.Write();
        byte[][] frames = Enumerable.Range(0, 5)
            .Select(i => bytes.AsSpan(message.HeaderLength + (i * sealedLength), i < 4 ? sealedLength : 5 + 36).ToArray())
            .ToArray();
        byte[] footer = bytes[(message.HeaderLength + (4 * sealedLength) + 5 + 36)..];
        byte[] edited = [.. edit(bytes[..message.HeaderLength], frames), .. code == ErrorCodes.MessageTruncated ? [] : footer];
        using RawAesKeyring keyring = message.Keyring();

        await Refusal.IsAsync(code, () => Ways.ReadAsync(way, edited, keyring, AnySuite));
    }
}
