using Xunit;

namespace TenantEncryption.Testing;

/// <summary>A fact that is skipped, with the reason, where there is no PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSqlFactAttribute : FactAttribute
{
    /// <summary>Looks for one.</summary>
    public PostgreSqlFactAttribute() => Skip = PostgreSqlServer.Missing;
}
