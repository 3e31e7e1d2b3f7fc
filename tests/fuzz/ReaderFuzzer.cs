using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Tests.Envelope;

namespace TenantEncryption.Fuzz;

/// <summary>
/// Changes messages of every suite and reads them in every way. A changed message must be refused with a code of the contract, the same
/// one in each way, within bounded memory; a message that is read must give the plaintext that was written.
/// </summary>
internal sealed class ReaderFuzzer : IDisposable
{
    private const int MaxAllocated = 4 << 20;

    private static readonly HashSet<string> Contract =
    [
        ErrorCodes.NotAMessage, ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated, ErrorCodes.FrameOrder, ErrorCodes.CommitmentMismatch,
        ErrorCodes.NonFramedTooLarge, ErrorCodes.LimitExceeded, ErrorCodes.WrongKey,
    ];

    private readonly Random _random;
    private readonly List<Seed> _seeds = [];
    private readonly MessageReader _reader = new();
    private readonly RawAesKeyring _keyring;
    private readonly SafeFileHandle _file;
    private readonly MessageReaderOptions _options = new() { AllowNonCommitting = true, DegreeOfParallelism = 2 };

    public ReaderFuzzer(int seed)
    {
        _random = new Random(seed);
        byte[] plaintext = new byte[50];
        _random.NextBytes(plaintext);
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (int frameLength in (int[])[0, 16, 64])
            {
                var message = new SpecificationMessage
                {
                    Suite = suite,
                    FrameLength = frameLength,
                    Plaintext = plaintext,
                    OtherKeys = [("aws-kms", new byte[20], new byte[40])],
                };
                byte[] bytes = message.Write();
                // The body's fields count three times: behind them is the code that a changed header never reaches.
                IEnumerable<int> places = message.Fields.Select(field => field.Start);
                int[] body = [.. places.Where(place => place >= message.HeaderLength)];
                _seeds.Add(new Seed(bytes, plaintext, [.. places, .. body, .. body, bytes.Length]));
            }
        }

        _keyring = new SpecificationMessage { Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey }.Keyring();
        _file = File.OpenHandle(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose);
    }

    /// <summary>Fuzzes for a time.</summary>
    /// <param name="time">How long.</param>
    /// <returns>What it saw.</returns>
    public async Task<FuzzResult> RunAsync(TimeSpan time)
    {
        var codes = new Dictionary<string, long>();
        var findings = new List<Finding>();
        long deadline = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && findings.Count < 20)
        {
            Seed seed = _seeds[_random.Next(_seeds.Count)];
            byte[] message = Mutation.Apply(_random, seed.Message, seed.Boundaries, _seeds[_random.Next(_seeds.Count)].Message);
            (string outcome, string? wrong) = await ReadAsync(message, seed);
            codes[outcome] = codes.GetValueOrDefault(outcome) + 1;
            if (wrong is not null)
            {
                findings.Add(new Finding($"{findings.Count:00}-{outcome}", wrong, message));
            }
        }

        return new FuzzResult(codes, findings);
    }

    public void Dispose()
    {
        _keyring.Dispose();
        _file.Dispose();
    }

    private async Task<(string Outcome, string? Wrong)> ReadAsync(byte[] message, Seed seed)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string inMemory = await OutcomeAsync(async () => (await _reader.ReadValueAsync(message, _keyring, _options)).Plaintext, message, seed);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        RandomAccess.SetLength(_file, 0);
        RandomAccess.Write(_file, message, 0);
        string inFile = await OutcomeAsync(
            async () =>
            {
                await _reader.ReadAsync(_file, null, _keyring, _options);
                return seed.Plaintext;
            },
            message,
            seed);
        string inStream = await OutcomeAsync(
            async () =>
            {
                var plaintext = new MemoryStream();
                await _reader.ReadFrameByFrameAsync(new MemoryStream(message), plaintext, _keyring, _options);
                return plaintext.ToArray();
            },
            message,
            seed);
        string? wrong =
            inMemory != inFile || inMemory != inStream ? $"memory: {inMemory}, file: {inFile}, stream: {inStream}"
            : inMemory != "read" && !Contract.Contains(inMemory) ? inMemory
            : allocated > MaxAllocated ? $"{allocated} bytes allocated"
            : null;
        return (inMemory, wrong);
    }

    private static async Task<string> OutcomeAsync(Func<Task<byte[]>> read, byte[] message, Seed seed)
    {
        try
        {
            byte[] plaintext = await read();
            // Only an unchanged message may be read: changes can cancel out.
            return message.AsSpan().SequenceEqual(seed.Message) && plaintext.AsSpan().SequenceEqual(seed.Plaintext)
                ? "read"
                : "a forged message was read";
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Code;
        }
        catch (Exception exception)
        {
            return exception.GetType().Name;
        }
    }

    private sealed record Seed(byte[] Message, byte[] Plaintext, IReadOnlyList<int> Boundaries);
}
