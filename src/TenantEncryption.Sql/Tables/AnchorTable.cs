using System.Data.Common;
using TenantEncryption.Anchors;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>anchored_heads</c>.</summary>
internal sealed class AnchorTable(SqlStatements statements) : IAnchorTable
{
    private const string Columns = "chain, anchor, sequence, mac";

    // The head of each chain by two looks at the index, however many anchors there are.
    private const string All = """
        WITH RECURSIVE chains (chain) AS (
            SELECT min(chain) FROM anchored_heads
            UNION ALL
            SELECT (SELECT min(chain) FROM anchored_heads WHERE chain > chains.chain) FROM chains WHERE chains.chain IS NOT NULL)
        SELECT h.chain, h.anchor, h.sequence, h.mac
        FROM chains JOIN anchored_heads h ON h.chain = chains.chain
            AND h.anchor = (SELECT max(anchor) FROM anchored_heads WHERE chain = chains.chain AND anchor <= $anchor)
        ORDER BY h.chain
        """;

    /// <inheritdoc/>
    public async Task AddAsync(IReadOnlyList<AnchoredHead> changed)
    {
        foreach (AnchoredHead head in changed)
        {
            await statements.ExecuteAsync(
                $"INSERT INTO anchored_heads ({Columns}) VALUES ($chain, $anchor, $sequence, $mac)",
                ("$chain", head.Chain),
                ("$anchor", head.Anchor),
                ("$sequence", head.Sequence),
                ("$mac", head.Mac)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<AnchoredHead?> FindAsync(string chain, long anchor) => statements.FindAsync(
        $"SELECT {Columns} FROM anchored_heads WHERE chain = $chain AND anchor <= $anchor ORDER BY anchor DESC LIMIT 1",
        Read,
        ("$chain", chain),
        ("$anchor", anchor));

    /// <inheritdoc/>
    public Task<IReadOnlyList<AnchoredHead>> ListAsync(long anchor) => statements.ListAsync(All, Read, ("$anchor", anchor));

    /// <inheritdoc/>
    public Task<IReadOnlyList<AnchoredHead>> ListChangedAsync(long anchor) => statements.ListAsync(
        $"SELECT {Columns} FROM anchored_heads WHERE anchor = $anchor ORDER BY chain", Read, ("$anchor", anchor));

    /// <inheritdoc/>
    public Task<IReadOnlyList<AnchoredHead>> ListChainAsync(string chain, long afterAnchor, int limit) => statements.ListAsync(
        $"SELECT {Columns} FROM anchored_heads WHERE chain = $chain AND anchor > $after ORDER BY anchor LIMIT $limit",
        Read,
        ("$chain", chain),
        ("$after", afterAnchor),
        ("$limit", limit));

    private static AnchoredHead Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.Bytes(3));
}
