namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>
/// The calls of KMS that workers make to open keys while they claim range after range: one for the key of a range, and one for the tenant's current key, whenever
/// the worker holds them no more.
/// </summary>
internal static class LeaseCalls
{
    private const int Seed = 1;

    /// <summary>Counts them over all the work.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="plan">The ranges of each tenant.</param>
    /// <param name="seconds">How long the work takes.</param>
    /// <param name="isAffine">Whether a worker stays with a tenant to its last range, together with so many others as the platform says; else it takes one of any tenant.</param>
    public static long Count(Platform platform, RangePlan plan, double seconds, bool isAffine)
    {
        var random = new Random(Seed);
        int runners = platform.Workers * platform.Runners;
        double claims = (double)platform.Tenants * plan.Ranges.Count;
        double between = seconds / claims;
        var next = new int[platform.Tenants];
        List<int> open = [.. Enumerable.Range(0, (int)platform.Tenants)];
        var held = new Dictionary<(int Worker, int Tenant, int Key), double>();
        int[] at = [.. Enumerable.Range(0, runners).Select(runner => Math.Min((int)platform.Tenants - 1, runner / Together(platform)))];
        int waiting = at.Max() + 1;
        long calls = 0;
        for (long claim = 0; open.Count > 0; claim++)
        {
            int runner = (int)(claim % runners);
            int slot = random.Next(open.Count);
            int tenant = open[slot];
            if (isAffine)
            {
                if (next[at[runner]] == plan.Ranges.Count)
                {
                    at[runner] = Next(next, plan, ref waiting, at, runner, Together(platform));
                }

                tenant = at[runner];
            }

            if (next[tenant] == plan.Ranges.Count)
            {
                break; // Nothing is left for anybody.
            }

            int source = plan.Ranges[next[tenant]++].Source;
            int worker = runner % platform.Workers;
            calls += Open(held, (worker, tenant, source), claim * between, platform.LeaseSeconds)
                + Open(held, (worker, tenant, platform.Keks), claim * between, platform.LeaseSeconds);
            if (!isAffine && next[tenant] == plan.Ranges.Count)
            {
                open[slot] = open[^1];
                open.RemoveAt(open.Count - 1);
            }
        }

        return calls;
    }

    /// <summary>Calls a second while every tenant is served all the time, and each by so many workers.</summary>
    public static double WhileServing(double tenants, double workersOfTenant, double leaseSeconds) => tenants * workersOfTenant / leaseSeconds;

    private static int Together(Platform platform) => Math.Min(platform.Together, platform.Workers);

    // The next tenant that nobody is at; once there is none, whoever has ranges left.
    private static int Next(int[] next, RangePlan plan, ref int waiting, int[] at, int runner, int together)
    {
        for (int other = 0; other < at.Length; other++)
        {
            int tenant = at[other];
            if (other != runner && next[tenant] < plan.Ranges.Count && at.Count(one => one == tenant) < together)
            {
                return tenant;
            }
        }

        return waiting < next.Length ? waiting++ : Math.Max(0, Array.FindIndex(next, claimed => claimed < plan.Ranges.Count));
    }

    private static int Open(Dictionary<(int Worker, int Tenant, int Key), double> held, (int Worker, int Tenant, int Key) key, double now, double lease)
    {
        if (held.TryGetValue(key, out double until) && now < until)
        {
            return 0;
        }

        held[key] = now + lease;
        return 1;
    }
}
