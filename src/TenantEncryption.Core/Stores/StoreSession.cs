namespace TenantEncryption.Stores;

/// <summary>A process that holds reservations or runs a migration. Its clock is in no rule: what counts is that it renews.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Process">The process.</param>
internal sealed record StoreSession(string Id, RunningProcess Process)
{
    /// <summary>How often it was renewed.</summary>
    public long Beats { get; init; }

    /// <summary>How long ago it was renewed, by the store's own clock; <see langword="null"/> where that clock can't tell.</summary>
    public TimeSpan? Silence { get; init; }
}
