namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>The ranges in which a tenant's messages are claimed: of each key in turn, 1/32 of what is left, from 64 to 10,000.</summary>
internal sealed record RangePlan
{
    // As RangeClaims and ObjectRangeRun have them.
    private const int Parts = 32;
    private const int Smallest = 64;
    private const int Largest = 10_000;
    private const int MostMessages = 256;
    private const double MostBytes = 256 << 20;

    private RangePlan(IReadOnlyList<(int Source, long Messages)> ranges, double batches) => (Ranges, Batches) = (ranges, batches);

    /// <summary>The ranges, with the number of the key.</summary>
    public IReadOnlyList<(int Source, long Messages)> Ranges { get; }

    /// <summary>The batches of all of them.</summary>
    public double Batches { get; }

    /// <summary>Makes it.</summary>
    /// <param name="platform">The platform.</param>
    public static RangePlan Of(Platform platform)
    {
        long left = Math.Max(1, platform.Objects / platform.Tenants);
        long ofBatch = Math.Clamp((long)Math.Ceiling(MostBytes / platform.Bytes), 1, MostMessages);
        var ranges = new List<(int, long)>();
        double batches = 0;
        for (int source = 0; source < platform.Keks; source++)
        {
            for (long ofSource = left / (platform.Keks - source); ofSource > 0;)
            {
                long size = Math.Min(ofSource, Math.Clamp(left / Parts, Smallest, Largest));
                ranges.Add((source, size));
                batches += Math.Ceiling(size / (double)ofBatch);
                ofSource -= size;
                left -= size;
            }
        }

        return new RangePlan(ranges, batches);
    }
}
