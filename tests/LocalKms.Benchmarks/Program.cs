using System.Globalization;
using LocalKms.Benchmarks;

// Usage: dotnet run -c Release --project tests/LocalKms.Benchmarks -- [seconds = 10] [connections = 16]
int seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
int connections = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 16;

PolicyDecisions.Run();
await Throughput.RunAsync(TimeSpan.FromSeconds(seconds), connections);
