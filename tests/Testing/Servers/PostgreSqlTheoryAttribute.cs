using Xunit;

namespace TenantEncryption.Testing;

/// <summary>A theory that is skipped, with the reason, where there is no PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for one.</summary>
    public PostgreSqlTheoryAttribute() => Skip = PostgreSqlServer.Missing;
}
