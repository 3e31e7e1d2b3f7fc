using TenantEncryption.Sql.Statements;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>The server's clock, which the processes of all machines share.</summary>
internal sealed class ServerClock : SessionClock
{
    /// <inheritdoc/>
    public override string Now => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    /// <inheritdoc/>
    public override (string Name, object? Value)[] Parameters => [];

    /// <inheritdoc/>
    public override bool IsSharedWith(string boot) => true;
}
