namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>What the two modes of a migration take of each stage.</summary>
/// <param name="platform">The platform.</param>
/// <param name="costs">What single pieces cost.</param>
internal sealed class FleetModel(Platform platform, Costs costs)
{
    /// <summary>The stage whose capacity is processors of the workers.</summary>
    public const string Processors = "processors of the workers";

    private const string Kms = "KMS calls";
    private const string Store = "database";
    private const string Network = "network";
    private const string Gets = "S3 GETs of the partitions";
    private const string Puts = "S3 PUTs of the partitions";
    private const string Waiting = "objects or keys in hand";

    // Three of an object: GET, GetObjectTagging, PUT.
    private const int S3Calls = 3;

    // Transactions that follow one another. Those of a migration: begun, its keys saved, ended, and what its runner notes of itself.
    private const int CommitsOfBatch = 3;
    private const int CommitsOfClaim = 1;
    private const int CommitsOfMigration = 6;

    private readonly RangePlan _plan = RangePlan.Of(platform);

    /// <summary>The ranges of a tenant.</summary>
    public RangePlan Plan => _plan;

    /// <summary>The calls of KMS that moving all keys makes.</summary>
    public double RewrapCalls => platform.Tenants * (costs.CallsOfMigration + (platform.Keks * costs.CallsOfKek));

    /// <summary>Processor seconds of the workers for an object of a Reencrypt, with its part of what batches, claims and migrations take.</summary>
    public double WorkerOfObject => costs.Object.Worker + (platform.IsOneMachine ? 0 : costs.TlsOfObject) + Shared(cost => cost.Worker);

    /// <summary>Processor seconds of the database for one.</summary>
    public double StoreOfObject => Shared(cost => cost.Store);

    /// <summary>Processor seconds of the workers for a key of a RewrapKek.</summary>
    public double WorkerOfKek => costs.Kek.Worker + (costs.Migration.Worker / platform.Keks);

    /// <summary>Processor seconds of the database for one.</summary>
    public double StoreOfKek => costs.Kek.Store + (costs.Migration.Store / platform.Keks);

    /// <summary>Moves all keys.</summary>
    public Outcome Rewrap()
    {
        // A runner moves so many keys of its tenant at a time, and has its transactions before, between and after.
        double atATime = Math.Min(platform.Threads, platform.Keks);
        double ofKek = platform.IsOneMachine ? costs.Kek.Seconds : Math.Max(costs.Kek.Worker, costs.CallsOfKek * platform.KmsMilliseconds / 1000);
        double ofTenant = (Math.Ceiling(platform.Keks / atATime) * ofKek) + Waited(costs.Migration, CommitsOfMigration)
            + (platform.IsOneMachine ? 0 : costs.CallsOfMigration * platform.KmsMilliseconds / 1000);
        return Simulation.Run(
            platform.AllKeks,
            [
                new Stage(Kms, RewrapCalls / platform.AllKeks, platform.KmsRate),
                .. Machines(WorkerOfKek, StoreOfKek, beside: 0),
                new Stage(Waiting, ofTenant / platform.Keks, Math.Min(platform.Tenants, platform.Workers * platform.Runners)),
            ]);
    }

    /// <summary>Writes all objects anew.</summary>
    /// <param name="calls">The calls of KMS that open keys.</param>
    public Outcome Reencrypt(double calls)
    {
        var partitions = new PartitionRamp(platform.Partitions, platform.RampMinutes * 60);
        double bytesASecond = platform.Gigabits * platform.Workers * 1e9 / 8;
        return Simulation.Run(
            platform.Objects,
            [
                new Stage(Kms, calls / platform.Objects, platform.KmsRate),
                .. Machines(WorkerOfObject, StoreOfObject, costs.EndpointOfObject),
                new Stage(Network, platform.Bytes, bytesASecond),
                new Stage(Gets, S3Calls - 1, () => partitions.Count * AwsFigures.GetsOfPartition),
                new Stage(Puts, 1, () => partitions.Count * AwsFigures.PutsOfPartition),
                new Stage(Waiting, RunnerSecondsOfObject, Math.Min(platform.Tenants * platform.Workers, platform.Workers * platform.Runners)),
            ],
            (partitions, [Gets, Puts]));
    }

    // A runner does batch after batch, each of them in one wave of objects after the other, and its transactions before and after.
    private double RunnerSecondsOfObject
    {
        get
        {
            double ofTenant = platform.Objects / (double)platform.Tenants;
            double ofBatch = ofTenant / _plan.Batches;
            double one = platform.IsOneMachine
                ? costs.Object.Seconds
                : (S3Calls * platform.S3Milliseconds / 1000) + costs.Object.Worker + costs.TlsOfObject + (2 * platform.Bytes * 8 / (AwsFigures.GigabitsOfFlow * 1e9));
            double waves = Math.Max(1, ofBatch / platform.Threads);
            double batch = (waves * one) + Waited(costs.Batch, CommitsOfBatch);
            return ((_plan.Batches * batch) + (_plan.Ranges.Count * Waited(costs.Claim, CommitsOfClaim)) + Waited(costs.Migration, CommitsOfMigration)) / ofTenant;
        }
    }

    // What was measured alone on one machine is that machine's; elsewhere a commit takes what disks and replicas take.
    private double Waited(Cost cost, int commits) => platform.IsOneMachine ? cost.Seconds : cost.Worker + cost.Store + (commits * platform.CommitMilliseconds / 1000);

    // Where all run on one machine, its processors are one stage.
    private IEnumerable<Stage> Machines(double worker, double store, double beside) => platform.IsOneMachine
        ? [new Stage(Processors, worker + store + beside, platform.Cores)]
        : [new Stage(Processors, worker, platform.Workers * platform.Cores), new Stage(Store, store, platform.StoreCores)];

    private double Shared(Func<Cost, double> of)
    {
        double ofTenant = platform.Objects / (double)platform.Tenants;
        double perMessage = of(costs.Batch) / costs.MessagesOfBatch;
        return perMessage + (((_plan.Ranges.Count * of(costs.Claim)) + of(costs.Migration)) / ofTenant);
    }
}
