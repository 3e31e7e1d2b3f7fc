namespace TenantEncryption.Keys.Root;

/// <summary>
/// Root keys in memory, for as long as their vault lets a process have them. They are zeroed when that is over, or somebody ended it, and their last use is.
/// </summary>
/// <param name="roots">The keys; this object owns them.</param>
/// <param name="term">The time; <see langword="null"/> where it has no end.</param>
internal sealed class RootLease(RootKeySet roots, LeaseTerm? term)
{
    private readonly object _gate = new();
    private int _uses;
    private bool _ended;
    private bool _zeroed;

    /// <summary>What is left of its time; <see langword="null"/> where it has no end.</summary>
    public TimeSpan? Left => term?.Left;

    /// <summary>Whether nothing is left of the keys.</summary>
    public bool IsZeroed
    {
        get
        {
            lock (_gate)
            {
                return _zeroed;
            }
        }
    }

    /// <summary>Begins a use.</summary>
    /// <param name="isFresh">Whether the vault answered to this very use: a lease of no time serves it.</param>
    /// <returns>The use; <see langword="null"/> when the lease is over.</returns>
    public RootUse? TryUse(bool isFresh = false)
    {
        lock (_gate)
        {
            if (_zeroed || _ended || (!isFresh && term is { IsOver: true }))
            {
                return null;
            }

            _uses++;
            return new RootUse(roots, EndUse);
        }
    }

    /// <summary>Ends it, whatever time is left.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            ZeroIfOver();
        }
    }

    /// <summary>Ends it when its time is over.</summary>
    public void EndIfOver()
    {
        lock (_gate)
        {
            ZeroIfOver();
        }
    }

    private void EndUse()
    {
        lock (_gate)
        {
            _uses--;
            ZeroIfOver();
        }
    }

    private void ZeroIfOver()
    {
        if (!_zeroed && _uses == 0 && (_ended || term is { IsOver: true }))
        {
            _zeroed = true;
            roots.Dispose();
        }
    }
}
