using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Statements;

/// <summary>The store's clock, by which sessions are renewed: nobody sets it, whatever the time of day is said to be.</summary>
internal abstract class SessionClock
{
    /// <summary>Milliseconds, as a term of a statement.</summary>
    public abstract string Now { get; }

    /// <summary>The parameters of <see cref="Now"/>.</summary>
    public abstract (string Name, object? Value)[] Parameters { get; }

    /// <summary>Whether what a process noted by its clock can be compared with this one.</summary>
    /// <param name="boot">The process's <see cref="RunningProcess.Boot"/>.</param>
    public abstract bool IsSharedWith(string boot);
}
