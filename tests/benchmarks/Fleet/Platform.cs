namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>A platform on paper: what it holds, and what works on it.</summary>
internal sealed record Platform
{
    /// <summary>The tenants, each with a key of its own in KMS.</summary>
    public long Tenants { get; init; } = 10_000;

    /// <summary>The objects of all tenants, the same number each.</summary>
    public long Objects { get; init; } = 1_000_000_000;

    /// <summary>The size of each, in MiB.</summary>
    public double MebiBytes { get; init; } = 1;

    /// <summary>The key-encryption keys of a tenant.</summary>
    public int Keks { get; init; } = 10;

    /// <summary>The machines that work.</summary>
    public int Workers { get; init; } = 10;

    /// <summary>The processors of each.</summary>
    public double Cores { get; init; } = 16;

    /// <summary>The network of each, in Gb/s each way.</summary>
    public double Gigabits { get; init; } = 50;

    /// <summary>Calls of KMS a second, of those that the quota has, that are left for this.</summary>
    public double KmsRate { get; init; } = 1_000;

    /// <summary>How many objects, or keys, a migration has in hand at a time in one process; by itself as many as there are processors.</summary>
    public int Threads { get; init; } = 16;

    /// <summary>The migrations, each of another tenant, that a machine has under way at a time.</summary>
    public int Runners { get; init; } = 1;

    /// <summary>The machines that work on one tenant's migration together, where claims keep to tenants whose keys are held.</summary>
    public int Together { get; init; } = 4;

    /// <summary>The processors of the database.</summary>
    public double StoreCores { get; init; } = 16;

    /// <summary>The partitions that S3 has the objects in at the beginning.</summary>
    public double Partitions { get; init; } = 1;

    /// <summary>How long S3 takes to divide its partitions once more, in minutes.</summary>
    public double RampMinutes { get; init; } = AwsFigures.RampMinutes;

    /// <summary>How long a call of S3 takes beside the transfer, in milliseconds.</summary>
    public double S3Milliseconds { get; init; } = AwsFigures.S3Milliseconds;

    /// <summary>How long a call of KMS takes, in milliseconds.</summary>
    public double KmsMilliseconds { get; init; } = AwsFigures.KmsMilliseconds;

    /// <summary>How long a transaction takes beside its processor time, in milliseconds.</summary>
    public double CommitMilliseconds { get; init; } = 3;

    /// <summary>How long a lease of keys lasts, in seconds.</summary>
    public double LeaseSeconds { get; init; } = 300;

    /// <summary>Whether all run on the processors of one machine, over loopback: workers, KMS, database and objects.</summary>
    public bool IsOneMachine { get; init; }

    /// <summary>The bytes of an object.</summary>
    public double Bytes => MebiBytes * (1 << 20);

    /// <summary>The keys of all tenants.</summary>
    public long AllKeks => Tenants * Keks;

    /// <summary>Reads it from the options.</summary>
    public static Platform Of(Settings settings)
    {
        var standard = new Platform();
        double cores = settings.Number("cores", standard.Cores);
        return new Platform
        {
            Tenants = (long)settings.Number("tenants", standard.Tenants),
            Objects = (long)settings.Number("objects", standard.Objects),
            MebiBytes = settings.Number("mib", standard.MebiBytes),
            Keks = (int)settings.Number("keks", standard.Keks),
            Workers = (int)settings.Number("workers", standard.Workers),
            Cores = cores,
            Gigabits = settings.Number("gbits", standard.Gigabits),
            KmsRate = settings.Number("kms-rate", standard.KmsRate),
            Threads = (int)settings.Number("threads", cores),
            Runners = (int)settings.Number("runners", standard.Runners),
            Together = (int)settings.Number("together", standard.Together),
            StoreCores = settings.Number("store-cores", standard.StoreCores),
            Partitions = settings.Number("partitions", standard.Partitions),
            RampMinutes = settings.Number("ramp-minutes", standard.RampMinutes),
            S3Milliseconds = settings.Number("s3-ms", standard.S3Milliseconds),
            KmsMilliseconds = settings.Number("kms-ms", standard.KmsMilliseconds),
            CommitMilliseconds = settings.Number("commit-ms", standard.CommitMilliseconds),
            LeaseSeconds = settings.Number("lease", standard.LeaseSeconds),
        };
    }
}
