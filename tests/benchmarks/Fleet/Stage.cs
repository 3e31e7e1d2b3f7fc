namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>Something that all work goes through, and of which there is only so much a second.</summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="Demand">What one item of the work takes of it.</param>
/// <param name="Capacity">What there is of it a second, now.</param>
internal sealed record Stage(string Name, double Demand, Func<double> Capacity)
{
    /// <summary>One that has the same capacity all the time.</summary>
    public Stage(string name, double demand, double capacity)
        : this(name, demand, () => capacity)
    {
    }

    /// <summary>The most items a second that it lets through now.</summary>
    public double Rate => Demand <= 0 ? double.PositiveInfinity : Capacity() / Demand;
}
