namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>A platform of many tenants on paper: time, money and the bottleneck of its migrations, simulated with what single pieces cost here.</summary>
internal static class FleetBenchmark
{
    /// <summary>Runs it.</summary>
    /// <returns>Whether all checks hold.</returns>
    public static async Task<bool> RunAsync(Settings settings)
    {
        IReadOnlyList<string> faults = FleetCheck.Run();
        foreach (string fault in faults)
        {
            Console.Error.WriteLine($"Not true: {fault}.");
        }

        if (faults.Count > 0 || settings.Has("check"))
        {
            return faults.Count == 0;
        }

        if (settings.Has("real"))
        {
            await RealRun.RunAsync(settings);
            return true;
        }

        var platform = Platform.Of(settings);
        await using FleetScene scene = await FleetScene.StartAsync(settings);
        Costs costs = await new CostMeasurement(scene, platform).RunAsync();
        FleetReport.Inputs(platform, costs);
        FleetReport.Platform(platform, costs);
        return true;
    }
}
