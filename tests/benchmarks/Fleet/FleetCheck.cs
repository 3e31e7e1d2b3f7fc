namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>What must be true of the simulation whatever things cost, with costs that are made up.</summary>
internal static class FleetCheck
{
    private static readonly Costs MadeUp = new()
    {
        Object = new Cost(0.008, 0.005, 0),
        InMemory = new Cost(0.001, 0.001, 0),
        TlsOfObject = 0.001,
        EndpointOfObject = 0.001,
        Batch = new Cost(0.06, 0.02, 0.03),
        MessagesOfBatch = 256,
        MessagesOfRange = 64,
        Claim = new Cost(0.02, 0.002, 0.005),
        Kek = new Cost(0.005, 0.003, 0.001),
        Migration = new Cost(0.05, 0.02, 0.01),
        KmsCall = new Cost(0.001, 0.0005, 0),
        CallsOfKek = 3,
        CallsOfMigration = 5,
    };

    /// <summary>Checks it.</summary>
    /// <returns>What is not true.</returns>
    public static IReadOnlyList<string> Run()
    {
        var faults = new List<string>();
        Platform small = new() { Tenants = 100, Objects = 10_000_000, Threads = 256, Runners = 4 };
        Require(Near(Simulation.Run(1_000, [new Stage("a", 1, 10), new Stage("b", 3, 10)]).Seconds, 300), "1,000 items, 3 units each of 10 a second, take 300 s");
        Require(Simulation.Run(1_000, [new Stage("a", 1, 10), new Stage("b", 3, 10)]) is { Bottleneck: "b", Second: "a", Share: > 0.999 }, "the stage with the least rate is the bottleneck");
        var ramp = new PartitionRamp(1, 100);
        Require(Near(Simulation.Run(300, [new Stage("a", 1, () => ramp.Count)], (ramp, ["a"])).Seconds, 200), "100 s at 1 a second and 100 s at 2 are 300");
        foreach (Platform platform in (Platform[])[small, small with { Partitions = 8 }, small with { Workers = 100 }, small with { Threads = 8 }, small with { MebiBytes = 0.01 }])
        {
            (double rewrap, double reencrypt) = Seconds(platform);
            (double twiceRewrap, double twiceReencrypt) = Seconds(platform with { Workers = 2 * platform.Workers });
            Require(twiceRewrap <= rewrap * 1.001 && twiceReencrypt <= reencrypt * 1.001, "twice the workers never take longer");
            Require(FleetMoney.Reencrypt(platform, 0) == FleetMoney.Reencrypt(platform with { Workers = 2 * platform.Workers, Cores = 1 }, 0), "money for objects is independent of the workers");
            Require(Seconds(platform with { Partitions = 1e6 }).Reencrypt <= reencrypt * 1.001, "the ramp only delays");
            Require(Seconds(platform with { RampMinutes = 2 * platform.RampMinutes }).Reencrypt >= reencrypt * 0.999, "a slower ramp is never quicker");
            Require(Seconds(platform with { KmsRate = 2 * platform.KmsRate }).Rewrap <= rewrap * 1.001, "a larger quota never takes longer");
            RangePlan plan = RangePlan.Of(platform);
            Require(plan.Ranges.Sum(range => range.Messages) == platform.Objects / platform.Tenants, "every message is in one range");
            long affine = LeaseCalls.Count(platform, plan, 3_600, isAffine: true);
            long any = LeaseCalls.Count(platform, plan, 3_600, isAffine: false);
            Require(affine < any, $"who stays with a tenant opens fewer keys: {affine} and {any}");
            Require(affine >= platform.Tenants * (platform.Keks + 1), "each key is opened once at least");
            Require(any == LeaseCalls.Count(platform, plan, 3_600, isAffine: false), "the same again is the same");
        }

        return faults;

        void Require(bool isSo, string what)
        {
            if (!isSo)
            {
                faults.Add(what);
            }
        }
    }

    private static (double Rewrap, double Reencrypt) Seconds(Platform platform)
    {
        var model = new FleetModel(platform, MadeUp);
        return (model.Rewrap().Seconds, model.Reencrypt(0).Seconds);
    }

    private static bool Near(double is_, double should) => Math.Abs(is_ - should) < should * 0.001;
}
