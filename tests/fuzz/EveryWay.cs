using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Fuzz;

/// <summary>
/// Reads a message in memory, from a file and as a stream. What is not the message that was written must be refused with a code of the
/// contract, the same one in each way, within bounded memory.
/// </summary>
internal sealed partial class EveryWay : IDisposable
{
    private const int MaxAllocated = 4 << 20;

    private static readonly HashSet<string> Contract =
    [
        ErrorCodes.NotAMessage, ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated, ErrorCodes.FrameOrder, ErrorCodes.CommitmentMismatch,
        ErrorCodes.NonFramedTooLarge, ErrorCodes.LimitExceeded, ErrorCodes.WrongKey,
    ];

    private readonly MessageReader _reader = new();
    private readonly RawAesKeyring _keyring = new SpecificationMessage { Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey }.Keyring();
    private readonly MessageReaderOptions _options = new() { AllowNonCommitting = true, DegreeOfParallelism = 2 };

    private readonly SafeFileHandle _file = File.OpenHandle(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        FileOptions.DeleteOnClose);

    /// <summary>Reads a message in every way and judges.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isAsWritten">Whether a plaintext is the one of this message: never, for one that was changed.</param>
    /// <returns>The verdict.</returns>
    public async Task<Verdict> ReadAsync(byte[] message, Func<byte[], bool> isAsWritten)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Way inMemory = await TryAsync(async () => (await _reader.ReadValueAsync(message, _keyring, _options)).Plaintext);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        RandomAccess.SetLength(_file, 0);
        RandomAccess.Write(_file, message, 0);
        Way inFile = await TryAsync(async () =>
        {
            await _reader.ReadAsync(_file, null, _keyring, _options);
            return [];
        });
        var handedOut = new MemoryStream();
        Way inStream = await TryAsync(async () =>
        {
            await _reader.ReadFrameByFrameAsync(new MemoryStream(message), handedOut, _keyring, _options);
            return handedOut.ToArray();
        });

        bool isRead = inMemory.Plaintext is not null;
        string? wrong =
            inMemory.Outcome != inFile.Outcome || inMemory.Outcome != inStream.Outcome
                ? $"memory: {inMemory.Outcome}, file: {inFile.Outcome}, stream: {inStream.Outcome}"
            : isRead && !(isAsWritten(inMemory.Plaintext!) && isAsWritten(inStream.Plaintext!)) ? "a forged message was read"
            : !isRead && !Contract.Contains(inMemory.Outcome) ? inMemory.Outcome
            : allocated > MaxAllocated ? $"{allocated} bytes allocated"
            : null;
        string branch = string.Create(CultureInfo.InvariantCulture, $"{inMemory.Outcome} {Numbers().Replace(inMemory.Text, "#")} {Math.Min(handedOut.Length / 16, 8)}");
        return new Verdict(inMemory.Outcome, branch, wrong);
    }

    public void Dispose()
    {
        _keyring.Dispose();
        _file.Dispose();
    }

    private static async Task<Way> TryAsync(Func<Task<byte[]>> read)
    {
        try
        {
            return new Way("read", "", await read());
        }
        catch (TenantEncryptionException exception)
        {
            return new Way(exception.Code, exception.Detail, null);
        }
        catch (Exception exception)
        {
            return new Way(exception.GetType().Name, "", null);
        }
    }

    [GeneratedRegex("(0x)?[0-9A-F]*[0-9][0-9A-F]*")]
    private static partial Regex Numbers();

    private sealed record Way(string Outcome, string Text, byte[]? Plaintext);
}
