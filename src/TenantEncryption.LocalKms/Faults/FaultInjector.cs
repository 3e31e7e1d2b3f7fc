namespace TenantEncryption.LocalKms.Faults;

/// <summary>Draws the faults of a <see cref="FaultPlan"/>, one call after the other.</summary>
internal sealed class FaultInjector
{
    private readonly Lock _drawing = new();
    private readonly TimeProvider _time;
    private FaultPlan _plan = FaultPlan.None;
    private Propagation _propagation = Propagation.Immediate;
    private Random _random = new(0);
    private double _tokens;
    private long _refilledAt;

    public FaultInjector(FaultPlan plan, TimeProvider time)
    {
        _time = time;
        Plan = plan;
    }

    /// <summary>The plan; setting it begins its sequence.</summary>
    /// <exception cref="ArgumentException">A share or time is out of range.</exception>
    public FaultPlan Plan
    {
        get => _plan;
        set
        {
            value.Validate();
            lock (_drawing)
            {
                _plan = value;
                _propagation = new Propagation(value.PolicyDelay, value.GrantDelay, value.RegionDelay, value.UsageDelay);
                _random = new Random(value.Seed);
                _tokens = value.CallsPerSecond;
                _refilledAt = _time.GetTimestamp();
            }
        }
    }

    public Propagation Propagation => _propagation;

    /// <summary>What goes wrong with the next call.</summary>
    public Fault Next(string region, string operation)
    {
        if (ReferenceEquals(_plan, FaultPlan.None))
        {
            return default;
        }

        lock (_drawing)
        {
            // Two draws for every call, so that changing one share does not shift the others' sequence.
            double kind = _random.NextDouble();
            double jitter = _random.NextDouble();
            bool isConcerned = Concerns(region, operation);
            return new Fault(
                _plan.RegionsDown.Contains(region) ? FaultKind.Drop
                : !TakeToken() ? FaultKind.Throttle
                : isConcerned ? Choose(kind)
                : FaultKind.None,
                isConcerned ? _plan.Latency + (_plan.LatencyJitter * jitter) : TimeSpan.Zero);
        }
    }

    private bool Concerns(string region, string operation) =>
        (_plan.Operations.IsEmpty || _plan.Operations.Contains(operation)) && (_plan.Regions.IsEmpty || _plan.Regions.Contains(region));

    private FaultKind Choose(double draw)
    {
        ReadOnlySpan<(double Share, FaultKind Kind)> shares =
        [
            (_plan.Throttle, FaultKind.Throttle),
            (_plan.ServerError, FaultKind.ServerError),
            (_plan.Reset, FaultKind.Reset),
            (_plan.Drop, FaultKind.Drop),
            (_plan.ExpiredCredentials, FaultKind.ExpiredCredentials),
        ];
        foreach ((double share, FaultKind kind) in shares)
        {
            draw -= share;
            if (draw < 0)
            {
                return kind;
            }
        }

        return FaultKind.None;
    }

    // A token bucket that holds one second of calls.
    private bool TakeToken()
    {
        if (_plan.CallsPerSecond == 0)
        {
            return true;
        }

        long now = _time.GetTimestamp();
        _tokens = Math.Min(
            Math.Max(1, _plan.CallsPerSecond), _tokens + (_time.GetElapsedTime(_refilledAt, now).TotalSeconds * _plan.CallsPerSecond));
        _refilledAt = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
