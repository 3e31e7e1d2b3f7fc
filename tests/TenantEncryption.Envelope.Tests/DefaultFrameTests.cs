using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

/// <summary>
/// What is cut, lengthened or changed where its frames have the default length, as nearly every message that users have. The short frames of the
/// other tests go other ways in the reader: many make one batch there.
/// </summary>
public sealed class DefaultFrameTests
{
    private const int Frame = MessageWriterOptions.DefaultFrameLength;

    /// <summary>Every length is tried that is not farther than this from where a field starts or ends.</summary>
    private const int Around = 40;

    private static readonly MessageReaderOptions AnySuite = new() { AllowNonCommitting = true };

    public static TheoryData<string, int> SuitesAndLengths() => Each([0, 1000, Frame, Frame + 5, 2 * Frame]);

    public static TheoryData<string, int> SuitesWithAndWithoutAWholeFrame() => Each([1000, Frame + 5]);

    [Theory]
    [MemberData(nameof(SuitesAndLengths))]
    public async Task A_message_cut_at_any_length_around_any_boundary_is_refused_as_truncated(string suiteId, int length)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, length);
        using RawAesKeyring keyring = message.Keyring();
        using SafeFileHandle file = Ways.TemporaryFile(bytes);
        using SafeFileHandle destination = Ways.TemporaryFile([]);
        var reader = new MessageReader();

        // From the longest down, so that the file is cut further and never written again.
        foreach (int cut in CutsOf(message, bytes.Length).OrderDescending())
        {
            RandomAccess.SetLength(file, cut);
            string?[] codes =
            [
                await CodeAsync(() => reader.ReadValueAsync(bytes.AsMemory(0, cut), keyring, AnySuite).AsTask()),
                await CodeAsync(() => Ways.ReadAsync(Way.Stream, bytes.AsMemory(0, cut), keyring, AnySuite)),
                await CodeAsync(() => reader.ReadAsync(file, null, keyring, AnySuite)),
                await CodeAsync(() => reader.ReadAsync(file, destination, keyring, AnySuite)),
            ];

            string expected = cut == 0 ? ErrorCodes.NotAMessage : ErrorCodes.MessageTruncated;
            Assert.True(codes.All(code => code == expected), $"Cut at {cut} of {bytes.Length}: {string.Join(", ", codes)}");
        }
    }

    [Theory]
    [MemberData(nameof(SuitesWithAndWithoutAWholeFrame))]
    public async Task Each_flipped_bit_at_a_boundary_is_refused_with_the_code_of_its_field_in_each_way(string suiteId, int length)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, length);
        using RawAesKeyring keyring = message.Keyring();
        using SafeFileHandle file = Ways.TemporaryFile(bytes);
        var reader = new MessageReader();
        foreach (SpecificationMessage.Field field in message.Fields)
        {
            string[] expected = MutationTests.Expected(field.Name, message.Suite);

            // Of content, its first and its last byte, which is the tag's; of all else, each.
            foreach (int at in Enumerable.Range(field.Start, field.Length).Where(at => at < field.Start + 64 || at == field.Start + field.Length - 1))
            {
                byte flipped = (byte)(bytes[at] ^ (1 << (at % 8)));
                (byte before, bytes[at]) = (bytes[at], flipped);
                RandomAccess.Write(file, [flipped], at);
                string?[] codes =
                [
                    await CodeAsync(() => reader.ReadValueAsync(bytes, keyring, AnySuite).AsTask()),
                    await CodeAsync(() => Ways.ReadAsync(Way.Stream, bytes, keyring, AnySuite)),
                    await CodeAsync(() => reader.ReadAsync(file, null, keyring, AnySuite)),
                ];
                bytes[at] = before;
                RandomAccess.Write(file, [before], at);

                Assert.True(codes.All(code => code == codes[0] && expected.Contains(code)), $"Byte {at} ({field.Name}): {string.Join(", ", codes)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(SuitesAndLengths))]
    public async Task Bytes_after_the_end_are_refused(string suiteId, int length)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, length);
        using RawAesKeyring keyring = message.Keyring();
        foreach (int excess in (int[])[1, 3, 4, 5, 36, Frame, Frame + 32])
        {
            byte[] longer = [.. bytes, .. new byte[excess]];
            foreach (Way way in Enum.GetValues<Way>())
            {
                await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, longer, keyring, AnySuite));
            }
        }
    }

    private static TheoryData<string, int> Each(int[] lengths)
    {
        var data = new TheoryData<string, int>();
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (int length in lengths)
            {
                data.Add(SpecificationMessage.IdOf(suite), length);
            }
        }

        return data;
    }

    private static SortedSet<int> CutsOf(SpecificationMessage message, int length)
    {
        IEnumerable<int> boundaries = message.Fields
            .SelectMany(field => (int[])[field.Start, field.Start + field.Length, field.Start + field.Length - AlgorithmSuite.TagLength])
            .Append(message.HeaderLength);
        return [.. boundaries.SelectMany(at => Enumerable.Range(at - Around, (2 * Around) + 1)).Where(at => at >= 0 && at < length)];
    }

    // A read that ends with another exception is what these tests look for: it is named, not thrown.
    private static async Task<string?> CodeAsync(Func<Task> read)
    {
        try
        {
            return await Refusal.CodeAsync(read);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return exception.GetType().Name;
        }
    }

    private static (SpecificationMessage Message, byte[] Bytes) Sample(string suiteId, int length)
    {
        var message = new SpecificationMessage
        {
            Suite = SpecificationMessage.SuiteOf(suiteId),
            FrameLength = Frame,
            Plaintext = RandomNumberGenerator.GetBytes(length),
        };
        return (message, message.Write());
    }
}
