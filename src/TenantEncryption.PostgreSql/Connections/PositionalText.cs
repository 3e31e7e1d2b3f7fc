using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>A statement whose parameters are numbered, as the server takes them (https://www.postgresql.org/docs/current/sql-prepare.html), with their names in that order.</summary>
internal sealed partial class PositionalText
{
    private static readonly ConcurrentDictionary<string, PositionalText> Known = new(StringComparer.Ordinal);

    private PositionalText(string sql)
    {
        var names = new List<string>();
        Text = Parameter().Replace(sql, match =>
        {
            int place = names.IndexOf(match.Value);
            if (place < 0)
            {
                place = names.Count;
                names.Add(match.Value);
            }

            return string.Create(CultureInfo.InvariantCulture, $"${place + 1}");
        });
        Names = names;
    }

    /// <summary>The statement.</summary>
    public string Text { get; }

    /// <summary>The names of its parameters, each once.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>That of a statement with named parameters.</summary>
    public static PositionalText Of(string sql) => Known.GetOrAdd(sql, text => new PositionalText(text));

    [GeneratedRegex(@"\$[a-z_][a-z0-9_]*")]
    private static partial Regex Parameter();
}
