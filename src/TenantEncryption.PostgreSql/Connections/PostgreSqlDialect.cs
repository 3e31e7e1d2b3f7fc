using TenantEncryption.Sql.Statements;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>PostgreSQL's own ways: lists are arrays, and its planner goes by statistics.</summary>
internal sealed class PostgreSqlDialect : SqlDialect
{
    /// <summary>The one there is.</summary>
    public static PostgreSqlDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Each(string parameter) => $"unnest({parameter}) AS listed (value)";

    /// <inheritdoc/>
    public override object List(IReadOnlyList<string> texts) => texts.ToArray();

    /// <inheritdoc/>
    public override string Unindexed(string column) => column;

    /// <inheritdoc/>
    public override string JoinInOrder => "JOIN";

    /// <inheritdoc/>
    public override string Held => "FOR UPDATE";

    /// <inheritdoc/>
    /// <remarks>Epochs only rise: what leaves their count, their sum and the sum of their squares as they were raised none.</remarks>
    public override string EpochsMark => "SELECT count(*) || ' ' || coalesce(sum(epoch), 0) || ' ' || coalesce(sum(epoch * epoch), 0) FROM tenants";
}
