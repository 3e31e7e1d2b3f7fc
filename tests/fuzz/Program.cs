using System.Globalization;
using TenantEncryption.Fuzz;

// dotnet run -c Release --project tests/fuzz -- [seconds] [seed] [folder for found cases]
// Exit code: 0 nothing found, 1 found cases, which are written to the folder and printed: into tests/fuzz/corpus with them.
//
// dotnet run -c Release --project tests/fuzz -- corpus <folder>
// Writes the edge messages, each with the outcome of now before its name; what stands there already stays.
if (args is ["corpus", string corpus])
{
    using var everyWay = new EveryWay();
    foreach ((string name, byte[] message) in EdgeMessages.All())
    {
        Verdict verdict = await everyWay.ReadAsync(message, Corpus.IsCounted);
        Console.WriteLine($"{verdict.Outcome,-20} {name} {verdict.Wrong}");
        await Corpus.AddAsync(corpus, verdict.Outcome, name, message);
    }

    return 0;
}

double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 30;
int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Environment.TickCount;
string folder = args.Length > 2 ? args[2] : Path.Combine(Path.GetTempPath(), "tenantencryption-fuzz");

Console.WriteLine($"Fuzzing the reader for {seconds} s from seed {seed}.");
using var fuzzer = new ReaderFuzzer(seed);
FuzzResult result = await fuzzer.RunAsync(TimeSpan.FromSeconds(seconds));
foreach ((string code, long count) in result.Codes.OrderByDescending(pair => pair.Value))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,10}  {code}"));
}

foreach (Finding finding in result.Findings)
{
    Directory.CreateDirectory(folder);
    string path = Path.Combine(folder, $"{finding.Name}.bin");
    await File.WriteAllBytesAsync(path, finding.Message);
    Console.WriteLine($"FOUND {finding.What}: {path}: {Convert.ToBase64String(finding.Message)}");
}

Console.WriteLine($"{result.Codes.Values.Sum()} messages, {result.Branches} places in the reader, {result.Findings.Count} findings.");
return result.Findings.Count == 0 ? 0 : 1;
