namespace TenantEncryption.Benchmarks;

/// <summary>Work that is measured in turn with others, so that all see the same machine.</summary>
/// <param name="Name">How the table calls it.</param>
/// <param name="Run">One round.</param>
internal sealed record Measured(string Name, Func<Task<Measurement>> Run)
{
    /// <summary>Runs each once for warming up and then in turn, and gives the median of each.</summary>
    public static async Task<IReadOnlyDictionary<string, Measurement>> MediansAsync(IReadOnlyList<Measured> all, int rounds)
    {
        var taken = all.ToDictionary(measured => measured.Name, _ => new List<Measurement>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (Measured measured in all)
            {
                GC.Collect();
                Measurement measurement = await measured.Run();
                if (round >= 0)
                {
                    taken[measured.Name].Add(measurement);
                }
            }
        }

        return taken.ToDictionary(
            pair => pair.Key,
            pair => new Measurement(
                Median(pair.Value, value => value.Seconds),
                Median(pair.Value, value => value.ProcessorSeconds),
                Median(pair.Value, value => value.KernelSeconds)));
    }

    private static double Median(List<Measurement> values, Func<Measurement, double> part) =>
        values.Select(part).Order().ElementAt(values.Count / 2);
}
