namespace TenantEncryption.Benchmarks;

/// <summary>Work that is measured in turn with others, so that all see the same machine.</summary>
/// <param name="Name">How the table calls it.</param>
/// <param name="Run">One round.</param>
internal sealed record Measured(string Name, Func<Task<Measurement>> Run)
{
    /// <summary>Runs each once for warming up and then in turn, and gives the median of each.</summary>
    public static async Task<IReadOnlyDictionary<string, Measurement>> MediansAsync(IReadOnlyList<Measured> all, int rounds) =>
        (await RoundsAsync(all, rounds)).ToDictionary(pair => pair.Key, pair => Each(pair.Value, Median));

    /// <summary>The least of each part of the rounds' measurements: what a machine that others use, too, hides least.</summary>
    public static Measurement Least(IReadOnlyList<Measurement> rounds) => Each(rounds, values => values.Min());

    /// <summary>The median of each part of the rounds' measurements.</summary>
    public static Measurement Median(IReadOnlyList<Measurement> rounds) => Each(rounds, Median);

    /// <summary>Runs each once for warming up and then in turn, and gives the measurements of each.</summary>
    public static async Task<IReadOnlyDictionary<string, List<Measurement>>> RoundsAsync(IReadOnlyList<Measured> all, int rounds)
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

        return taken;
    }

    private static Measurement Each(IReadOnlyList<Measurement> rounds, Func<IEnumerable<double>, double> sum) =>
        new(sum(rounds.Select(one => one.Seconds)), sum(rounds.Select(one => one.ProcessorSeconds)), sum(rounds.Select(one => one.KernelSeconds)));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
