using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>SQLite's own ways: lists are JSON, and its planner, which knows no statistics, is told what it should not do.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    /// <summary>The one there is.</summary>
    public static SqliteDialect Instance { get; } = new();

    /// <inheritdoc/>
    public override string Each(string parameter) => $"json_each({parameter})";

    /// <inheritdoc/>
    public override object List(IReadOnlyList<string> texts) => StoredText.OfList(texts);

    /// <inheritdoc/>
    /// <remarks>A unary plus (https://sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_).</remarks>
    public override string Unindexed(string column) => "+" + column;

    /// <inheritdoc/>
    public override string JoinInOrder => "CROSS JOIN";

    /// <inheritdoc/>
    /// <remarks>No other writer is at work while a transaction writes.</remarks>
    public override string Held => "";

    /// <inheritdoc/>
    /// <remarks>An epoch is raised together with an event.</remarks>
    public override string EpochsMark => "SELECT coalesce(max(ordinal), 0) FROM events";
}
