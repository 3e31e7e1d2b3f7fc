using System.Globalization;
using TenantEncryption.Fuzz;

// dotnet run -c Release --project tests/fuzz -- [seconds] [seed] [folder for found cases]
// Exit code: 0 nothing found, 1 found cases, which are written to the folder.
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
    Console.WriteLine($"FOUND {finding.What}: {path}");
}

Console.WriteLine($"{result.Codes.Values.Sum()} messages, {result.Findings.Count} findings.");
return result.Findings.Count == 0 ? 0 : 1;
