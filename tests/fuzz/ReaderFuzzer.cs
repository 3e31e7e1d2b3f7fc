using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Fuzz;

/// <summary>
/// Changes messages of every suite and reads them in every way. A changed message that gets to a place in the reader where none was
/// before is changed further, so that the search goes where the reader goes.
/// </summary>
internal sealed class ReaderFuzzer : IDisposable
{
    private const int MostKept = 2000;
    private const int MostFindings = 20;

    private readonly Random _random;
    private readonly EveryWay _everyWay = new();
    private readonly List<Seed> _written = [];
    private readonly List<Seed> _kept = [];
    private readonly HashSet<string> _branches = [];

    public ReaderFuzzer(int seed)
    {
        _random = new Random(seed);
        byte[] plaintext = new byte[50];
        _random.NextBytes(plaintext);
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            foreach (int frameLength in (int[])[0, 16, 64, MessageWriterOptions.DefaultFrameLength])
            {
                _written.Add(Written(suite, frameLength, plaintext));
            }
        }

        // Messages as users have them: a whole frame of the default length, and a part of one. They are large, so there are few.
        byte[] large = new byte[MessageWriterOptions.DefaultFrameLength + 50];
        _random.NextBytes(large);
        _written.Add(Written(AlgorithmSuite.Aes256GcmHkdfSha512CommitKey, MessageWriterOptions.DefaultFrameLength, large));
        _written.Add(Written(AlgorithmSuite.Find(0x0578)!, MessageWriterOptions.DefaultFrameLength, large));
    }

    /// <summary>Fuzzes for a time.</summary>
    /// <param name="time">How long.</param>
    /// <returns>What it saw.</returns>
    public async Task<FuzzResult> RunAsync(TimeSpan time)
    {
        var codes = new Dictionary<string, long>();
        var findings = new List<Finding>();
        long deadline = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && findings.Count < MostFindings)
        {
            Seed seed = Any(_kept.Count > 0 && _random.Next(2) == 0 ? _kept : _written);
            byte[] message = Mutation.Apply(_random, seed.Message, seed.Boundaries, Any(_written).Message);

            // Changes can cancel out.
            bool isWritten = message.AsSpan().SequenceEqual(seed.Written);
            Verdict verdict = await _everyWay.ReadAsync(message, plaintext => isWritten && plaintext.AsSpan().SequenceEqual(seed.Plaintext));
            codes[verdict.Outcome] = codes.GetValueOrDefault(verdict.Outcome) + 1;
            if (verdict.Wrong is not null)
            {
                findings.Add(new Finding($"{findings.Count:00}-{verdict.Outcome}", verdict.Wrong, message));
            }
            else if (_branches.Add(verdict.Branch) && verdict.Outcome != ErrorCodes.NotAMessage && _kept.Count < MostKept)
            {
                // What ends at its first bytes leads nowhere.
                _kept.Add(seed with { Message = message });
            }
        }

        return new FuzzResult(codes, _branches.Count, findings);
    }

    public void Dispose() => _everyWay.Dispose();

    private static Seed Written(AlgorithmSuite suite, int frameLength, byte[] plaintext)
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
        return new Seed(bytes, bytes, plaintext, [.. places, .. body, .. body, bytes.Length]);
    }

    private Seed Any(List<Seed> seeds) => seeds[_random.Next(seeds.Count)];

    /// <summary>A message to change.</summary>
    /// <param name="Message">The message, changed already or as it was written.</param>
    /// <param name="Written">The message as it was written.</param>
    /// <param name="Plaintext">Its plaintext.</param>
    /// <param name="Boundaries">Where its fields started.</param>
    private sealed record Seed(byte[] Message, byte[] Written, byte[] Plaintext, IReadOnlyList<int> Boundaries);
}
