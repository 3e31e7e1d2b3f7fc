namespace TenantEncryption.Events;

/// <summary>A chain's head beside the one that this machine keeps of it outside the store.</summary>
/// <param name="Head">The head, as the store has it.</param>
/// <param name="Kept">The number of the head that this machine keeps; <see langword="null"/> when it keeps none, as it never used the tenant.</param>
/// <param name="RolledBack">Whether the store lacks the event whose head this machine keeps: it is older than what this machine saw.</param>
public sealed record EventLogHeadState(EventLogHead Head, long? Kept, bool RolledBack)
{
    /// <summary>The tenant whose chain it is; <see langword="null"/> for the store's own.</summary>
    public string? TenantId => Head.TenantId;

    /// <inheritdoc/>
    public override string ToString() => Head.ToString();
}
