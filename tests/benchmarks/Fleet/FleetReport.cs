using System.Globalization;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>Prints what the simulation was given, and what it came to.</summary>
internal static class FleetReport
{
    private const double ServingWorkers = 100;

    /// <summary>What single pieces cost.</summary>
    public static void Inputs(Platform platform, Costs costs)
    {
        Report.Title(string.Create(CultureInfo.InvariantCulture, $"Single costs, measured here one at a time; objects of {platform.MebiBytes:0.####} MiB"));
        Report.Table("piece", "ms alone", "processor ms of the worker", "of the database");
        Row("an object: GET, tags, re-encrypted, PUT; no TLS", costs.Object);
        Row("of it: re-encrypted, from memory to nowhere", costs.InMemory);
        Row("what TLS adds to it (AES-GCM of both ways)", new Cost(double.NaN, costs.TlsOfObject, double.NaN));
        Row($"a batch's three transactions, {costs.MessagesOfBatch} messages", costs.Batch);
        Row($"a claim of a range, {costs.MessagesOfRange} messages", costs.Claim);
        Row("a key moved (RewrapKek), with a KMS in the process", costs.Kek);
        Row("a migration beside its keys, likewise", costs.Migration);
        Row("a call of that KMS, both sides", costs.KmsCall);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Calls of KMS, by the plan of a migration: {costs.CallsOfKek:0.#} a key, {costs.CallsOfMigration:0.#} a migration beside them. The object store in memory took {costs.EndpointOfObject * 1000:0.00} ms an object."));
    }

    /// <summary>What the platform comes to.</summary>
    public static void Platform(Platform platform, Costs costs)
    {
        var model = new FleetModel(platform, costs);
        Report.Title(string.Create(
            CultureInfo.InvariantCulture,
            $"{platform.Objects:N0} objects of {platform.MebiBytes:0.###} MiB, {platform.Tenants:N0} tenants with {platform.Keks} keys each; {platform.Workers} workers of {platform.Cores:0} processors and {platform.Gigabits:0} Gb/s"));
        Report.Table("", "KMS calls", "S3 requests", "TiB each way", "requests cost", "processor hours", "of the database", "hours", "bottleneck", "then it would be");
        Outcome rewrap = model.Rewrap();
        Line("RewrapKek", model.RewrapCalls, 0, 0, FleetMoney.Kms(model.RewrapCalls), model.WorkerOfKek * platform.AllKeks, model.StoreOfKek * platform.AllKeks, rewrap);
        foreach ((string name, Platform variant) in Variants(platform))
        {
            var of = new FleetModel(variant, costs);
            double calls = (variant.Tenants * costs.CallsOfMigration) + LeaseCalls.Count(variant, of.Plan, of.Reencrypt(0).Seconds, isAffine: true);
            Line(
                name,
                calls,
                3.0 * variant.Objects,
                variant.Objects * variant.Bytes / Math.Pow(2, 40),
                FleetMoney.Reencrypt(variant, calls),
                of.WorkerOfObject * variant.Objects,
                of.StoreOfObject * variant.Objects,
                of.Reencrypt(calls));
        }

        Leases(platform, costs);
    }

    // From what migrations do by themselves, one obstacle after the other is taken away.
    private static IEnumerable<(string Name, Platform Variant)> Variants(Platform platform)
    {
        yield return ("Reencrypt, as given", platform);
        Platform wide = platform with { Threads = 256, Runners = 8 };
        yield return ("Reencrypt, 256 in hand, 8 migrations a worker", wide);
        yield return ("the same, partitions there before", wide with { Partitions = 64 });
        yield return ("the same, twice the workers", wide with { Partitions = 64, Workers = 2 * wide.Workers });
    }

    private static void Leases(Platform platform, Costs costs)
    {
        Platform wide = platform with { Threads = 256, Runners = 8, Partitions = 64 };
        var model = new FleetModel(wide, costs);
        double seconds = model.Reencrypt(0).Seconds;
        long affine = LeaseCalls.Count(wide, model.Plan, seconds, isAffine: true);
        long any = LeaseCalls.Count(wide, model.Plan, seconds, isAffine: false);
        Console.WriteLine();
        Report.Table("calls of KMS that open keys", "calls a second", "dollars a month, or for the work");
        Call($"Reencrypt, a claim of any tenant ({(long)(wide.Tenants * model.Plan.Ranges.Count):N0} claims)", any / seconds, FleetMoney.Kms(any));
        Call($"Reencrypt, claims that keep to a tenant, {Math.Min(wide.Together, wide.Workers)} workers each", affine / seconds, FleetMoney.Kms(affine));
        double all = LeaseCalls.WhileServing(platform.Tenants, ServingWorkers, platform.LeaseSeconds);
        double some = LeaseCalls.WhileServing(platform.Tenants, platform.Together, platform.LeaseSeconds);
        Call($"all day, {ServingWorkers:0} workers that all serve every tenant", all, FleetMoney.Kms(all * AwsFigures.MonthSeconds));
        Call($"all day, {platform.Together} of them a tenant", some, FleetMoney.Kms(some * AwsFigures.MonthSeconds));

        static void Call(string name, double rate, decimal money) => Report.Row(name, Text($"{rate:N1}"), Text($"${money:N2}"));
    }

    private static void Line(string name, double calls, double requests, double tebibytes, decimal money, double worker, double store, Outcome outcome) => Report.Row(
        name,
        Text($"{calls:N0}"),
        Text($"{requests:N0}"),
        Text($"{tebibytes:0.##}"),
        Text($"${money:N2}"),
        Text($"{worker / 3600:N1}"),
        Text($"{store / 3600:N1}"),
        Text($"{outcome.Seconds / 3600:N2}"),
        Text($"{outcome.Bottleneck}, {outcome.Share:P0} of the time, {outcome.Used[outcome.Bottleneck]:P0} used"),
        Text($"{outcome.Second} ({outcome.Used[outcome.Second]:P0} used)"));

    private static void Row(string name, Cost cost) => Report.Row(name, cost.Seconds * 1000, cost.Worker * 1000, cost.Store * 1000);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
