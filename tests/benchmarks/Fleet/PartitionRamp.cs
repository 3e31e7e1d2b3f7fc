namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>The partitions of a bucket: S3 divides each once more when they have been at their limit for so long.</summary>
/// <param name="first">How many there are at the beginning.</param>
/// <param name="seconds">How long it takes.</param>
internal sealed class PartitionRamp(double first, double seconds)
{
    private double _atLimit;

    /// <summary>How many there are now.</summary>
    public double Count { get; private set; } = first;

    /// <summary>Goes on in time.</summary>
    /// <param name="elapsed">By so many seconds.</param>
    /// <param name="isAtLimit">Whether they were what everything waited for.</param>
    public void Advance(double elapsed, bool isAtLimit)
    {
        _atLimit = isAtLimit ? _atLimit + elapsed : 0;
        if (_atLimit >= seconds)
        {
            Count *= 2;
            _atLimit = 0;
        }
    }
}
