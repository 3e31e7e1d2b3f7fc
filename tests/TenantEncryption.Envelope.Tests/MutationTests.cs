using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class MutationTests
{
    private static readonly MessageReaderOptions AnySuite = new() { AllowNonCommitting = true };

    private static readonly string[] Structure =
        [ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated, ErrorCodes.LimitExceeded, ErrorCodes.WrongKey];

    public static TheoryData<string, int> SuitesAndFrameLengths()
    {
        var data = new TheoryData<string, int>();
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            data.Add(SpecificationMessage.IdOf(suite), 0);
            data.Add(SpecificationMessage.IdOf(suite), 16);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(SuitesAndFrameLengths))]
    public async Task Each_flipped_bit_is_refused_with_the_code_of_its_field(string suiteId, int frameLength)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, frameLength);
        using RawAesKeyring keyring = message.Keyring();
        var reader = new MessageReader();
        foreach (SpecificationMessage.Field field in message.Fields)
        {
            string[] expected = Expected(field.Name, message.Suite);
            for (int bit = field.Start * 8; bit < (field.Start + field.Length) * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                string? code = await Refusal.CodeAsync(() => reader.ReadValueAsync(bytes, keyring, AnySuite).AsTask());
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));

                Assert.True(expected.Contains(code), $"Bit {bit % 8} of byte {bit / 8} ({field.Name}): {code ?? "read"}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(SuitesAndFrameLengths))]
    public async Task Files_and_streams_refuse_each_changed_byte_as_memory_does(string suiteId, int frameLength)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, frameLength);
        using RawAesKeyring keyring = message.Keyring();
        using SafeFileHandle file = Ways.TemporaryFile(bytes);
        var reader = new MessageReader();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x41;
            RandomAccess.Write(file, bytes.AsSpan(i, 1), i);
            string? inMemory = await Refusal.CodeAsync(() => reader.ReadValueAsync(bytes, keyring, AnySuite).AsTask());
            string? inFile = await Refusal.CodeAsync(() => reader.ReadAsync(file, null, keyring, AnySuite));
            string? inStream = await Refusal.CodeAsync(() => Ways.ReadAsync(Way.Stream, bytes, keyring, AnySuite));
            bytes[i] ^= 0x41;
            RandomAccess.Write(file, bytes.AsSpan(i, 1), i);

            Assert.NotNull(inMemory);
            Assert.Equal((i, inMemory, inMemory), (i, inFile, inStream));
        }
    }

    [Theory]
    [MemberData(nameof(SuitesAndFrameLengths))]
    public async Task A_message_cut_at_any_length_is_refused_as_truncated(string suiteId, int frameLength)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, frameLength);
        using RawAesKeyring keyring = message.Keyring();
        for (var length = 0; length < bytes.Length; length++)
        {
            ReadOnlyMemory<byte> cut = bytes.AsMemory(0, length);
            string expected = length == 0 ? ErrorCodes.NotAMessage : ErrorCodes.MessageTruncated;
            foreach (Way way in Enum.GetValues<Way>())
            {
                string? code = await Refusal.CodeAsync(() => Ways.ReadAsync(way, cut, keyring, AnySuite));
                Assert.Equal((length, way, expected), (length, way, code));
            }
        }
    }

    [Theory]
    [MemberData(nameof(SuitesAndFrameLengths))]
    public async Task Bytes_after_the_end_are_refused(string suiteId, int frameLength)
    {
        (SpecificationMessage message, byte[] bytes) = Sample(suiteId, frameLength);
        using RawAesKeyring keyring = message.Keyring();
        foreach (int excess in (int[])[1, 2, 36, 100_000])
        {
            byte[] longer = [.. bytes, .. new byte[excess]];
            foreach (Way way in Enum.GetValues<Way>())
            {
                await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(way, longer, keyring, AnySuite));
            }
        }
    }

    private static (SpecificationMessage Message, byte[] Bytes) Sample(string suiteId, int frameLength)
    {
        var message = new SpecificationMessage
        {
            Suite = SpecificationMessage.SuiteOf(suiteId),
            FrameLength = frameLength,
            Plaintext = RandomNumberGenerator.GetBytes(20),
        };
        return (message, message.Write());
    }

    internal static string[] Expected(string field, AlgorithmSuite suite) => field switch
    {
        "version" or "type" => [ErrorCodes.NotAMessage],
        // One flipped bit makes some suites others, which read the rest differently.
        "suite" => [ErrorCodes.NotAMessage, ErrorCodes.MessageAltered, ErrorCodes.WrongKey],
        "message id" => [suite.IsCommitting ? ErrorCodes.CommitmentMismatch : ErrorCodes.MessageAltered],
        "context length" or "context" or "EDK count" or "EDK lengths" or "frame length" => Structure,
        "EDK" => [ErrorCodes.WrongKey, ErrorCodes.MessageAltered],
        "commitment" => [ErrorCodes.CommitmentMismatch],
        "content type" or "reserved" or "IV length" or "header IV" or "header tag" => [ErrorCodes.MessageAltered],
        "final mark" or "sequence number" => [ErrorCodes.FrameOrder],
        "content length" => [ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated],
        "body length" => [ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated, ErrorCodes.NonFramedTooLarge],
        "signature length" => [ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated],
        _ => [ErrorCodes.MessageAltered],
    };
}
