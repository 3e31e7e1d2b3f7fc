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
    /// <param name="all">The work.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="patience">How long to wait for other processes to rest, and how often to repeat what they disturbed; none by default.</param>
    public static async Task<IReadOnlyDictionary<string, List<Measurement>>> RoundsAsync(IReadOnlyList<Measured> all, int rounds, int patience = 0)
    {
        var taken = all.ToDictionary(measured => measured.Name, _ => new List<Measurement>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (Measured measured in all)
            {
                Measurement measurement = await OnceAsync(measured, round < 0 ? 0 : patience);
                if (round >= 0)
                {
                    taken[measured.Name].Add(measurement);
                }
            }
        }

        return taken;
    }

    private static async Task<Measurement> OnceAsync(Measured measured, int patience)
    {
        for (var left = Neighbours.CanBeSeen ? patience : 0; ; left--)
        {
            GC.Collect();
            if (left > 0)
            {
                await Neighbours.RestAsync(TimeSpan.FromSeconds(left));
            }

            var neighbours = left > 0 ? new Neighbours() : null;
            Measurement measurement = await measured.Run();
            if (neighbours is null || neighbours.Part <= Neighbours.Tolerated)
            {
                return measurement;
            }
        }
    }

    private static Measurement Each(IReadOnlyList<Measurement> rounds, Func<IEnumerable<double>, double> sum) =>
        new(sum(rounds.Select(one => one.Seconds)), sum(rounds.Select(one => one.ProcessorSeconds)), sum(rounds.Select(one => one.KernelSeconds)));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
