namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>How a simulated piece of work went.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="Saturated">For how many of them each stage was what the others waited for.</param>
/// <param name="Used">The part of each stage's capacity that was used, over all the time.</param>
internal sealed record Outcome(double Seconds, IReadOnlyDictionary<string, double> Saturated, IReadOnlyDictionary<string, double> Used)
{
    /// <summary>The stage that was saturated longest.</summary>
    public string Bottleneck => Saturated.MaxBy(stage => stage.Value).Key;

    /// <summary>The part of the time for which it was.</summary>
    public double Share => Saturated[Bottleneck] / Seconds;

    /// <summary>The stage that it would be, were there enough of that one: of those that were saturated at times the longest, else the one that was used most.</summary>
    public string Second => Saturated.Where(stage => stage.Key != Bottleneck).MaxBy(stage => (stage.Value, Used[stage.Key])).Key;
}
