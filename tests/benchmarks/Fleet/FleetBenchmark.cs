namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>A platform of many tenants on paper: time, money and the bottleneck of its migrations, simulated with what single pieces cost here.</summary>
internal static class FleetBenchmark
{
    /// <summary>Runs it.</summary>
    /// <returns>Whether all checks hold.</returns>
    public static Task<bool> RunAsync(Settings settings)
    {
        IReadOnlyList<string> faults = FleetCheck.Run();
        foreach (string fault in faults)
        {
            Console.Error.WriteLine($"Not true: {fault}.");
        }

        return Task.FromResult(faults.Count == 0 && settings.Has("check"));
    }
}
