using System.Collections.Immutable;

namespace TenantEncryption.LocalKms.Faults;

/// <summary>
/// Which calls go wrong, and how. Shares are from 0 to 1; their sum must not exceed 1, and each call has at most one of those
/// faults. The same seed and the same order of calls give the same faults.
/// </summary>
public sealed record FaultPlan
{
    /// <summary>No faults.</summary>
    public static readonly FaultPlan None = new();

    /// <summary>Where the sequence of faults begins.</summary>
    public int Seed { get; init; }

    /// <summary>The share of calls answered with ThrottlingException.</summary>
    public double Throttle { get; init; }

    /// <summary>The share of calls answered with KMSInternalException and status 500.</summary>
    public double ServerError { get; init; }

    /// <summary>The share of calls that are done, and whose connection is then reset instead of an answer.</summary>
    public double Reset { get; init; }

    /// <summary>The share of calls that are not done, and whose connection is closed.</summary>
    public double Drop { get; init; }

    /// <summary>The share of calls answered with ExpiredTokenException.</summary>
    public double ExpiredCredentials { get; init; }

    /// <summary>The most calls a second that are let through; the others get ThrottlingException. Zero is no limit.</summary>
    public double CallsPerSecond { get; init; }

    /// <summary>How long an answer is held back, at the least; of the operations and in the regions that the shares apply to.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer than <see cref="Latency"/> it may take; each call waits a part of it.</summary>
    public TimeSpan LatencyJitter { get; init; }

    /// <summary>Regions that do not answer: their connections are closed.</summary>
    public ImmutableArray<string> RegionsDown
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>The operations that the shares apply to, such as <c>Decrypt</c>; empty for all.</summary>
    public ImmutableArray<string> Operations
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>The regions that the shares and the latency apply to; empty for all.</summary>
    public ImmutableArray<string> Regions
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>How long a key policy takes until it decides.</summary>
    public TimeSpan PolicyDelay { get; init; }

    /// <summary>How long a grant takes until it decides without its token, and to go when it is revoked or retired.</summary>
    public TimeSpan GrantDelay { get; init; }

    /// <summary>How long a replica is Creating, and a new primary Updating.</summary>
    public TimeSpan RegionDelay { get; init; }

    /// <summary>How long it takes until a use of a key is on record, for GetKeyLastUsage and <c>kms:TrailingDaysWithoutKeyUsage</c>.</summary>
    public TimeSpan UsageDelay { get; init; }

    internal void Validate()
    {
        double[] shares = [Throttle, ServerError, Reset, Drop, ExpiredCredentials];
        if (shares.Any(share => share is < 0 or > 1 or double.NaN) || shares.Sum() > 1 || CallsPerSecond < 0)
        {
            throw new ArgumentException("The shares of a fault plan are from 0 to 1 and so is their sum.");
        }

        if (new[] { Latency, LatencyJitter, PolicyDelay, GrantDelay, RegionDelay, UsageDelay }.Any(time => time < TimeSpan.Zero))
        {
            throw new ArgumentException("The times of a fault plan are not negative.");
        }
    }
}
