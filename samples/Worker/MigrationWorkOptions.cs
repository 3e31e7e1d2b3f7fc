namespace TenantEncryption.Worker;

/// <summary>How a worker works.</summary>
internal sealed class MigrationWorkOptions
{
    /// <summary>How often it looks for migrations when it has none.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many objects it works on at the same time; as many as there are processors when 0.</summary>
    public int ThrottleLimit { get; set; }

    /// <summary>Whether it yields to other work on its machine and in the store.</summary>
    public bool LowPriority { get; set; }
}
