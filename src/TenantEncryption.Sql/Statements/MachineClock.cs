using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Statements;

/// <summary>The clock of the machine since its start, which all its processes share.</summary>
internal sealed class MachineClock(TimeProvider time) : SessionClock
{
    /// <inheritdoc/>
    public override string Now => "$now";

    /// <inheritdoc/>
    public override (string Name, object? Value)[] Parameters => [("$now", (long)time.GetElapsedTime(0).TotalMilliseconds)];

    /// <inheritdoc/>
    public override bool IsSharedWith(string boot) => boot == RunningProcess.Current.Boot;
}
