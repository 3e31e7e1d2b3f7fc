using System.Globalization;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Text;

/// <summary>A key policy as text, as JSON and parsed, with the places of its elements.</summary>
internal sealed class PolicySource
{
    private readonly JsonLocations _locations;
    private readonly JToken[] _written;

    /// <param name="text">The policy.</param>
    /// <param name="json">The same, parsed.</param>
    /// <param name="meant">The policy with what is malformed mended; the same where nothing is.</param>
    /// <param name="statements">The statements of that which are well formed.</param>
    public PolicySource(string text, JToken json, JToken meant, IReadOnlyList<PolicyStatement> statements)
    {
        Text = text;
        Json = json;
        Document = new PolicyDocument(PolicyKind.KeyPolicy, null, statements);
        Statements = PolicyParser.StatementsOf(meant);
        IsPart = PolicyParser.IsPart(json);
        _locations = new JsonLocations(text);
        _written = PolicyParser.StatementsOf(json);
    }

    public string Text { get; }

    public JToken Json { get; }

    /// <summary>Whether it is not a whole policy but a statement of one, or a list of them.</summary>
    public bool IsPart { get; }

    /// <summary>The statements that are well formed, or are when they are mended.</summary>
    public PolicyDocument Document { get; }

    /// <summary>All statements as JSON, by their numbers, mended where that is known.</summary>
    public IReadOnlyList<JToken> Statements { get; }

    /// <summary>Reads a policy, or statements of one.</summary>
    /// <param name="text">The policy.</param>
    /// <param name="refused">Told of each statement that is wrong.</param>
    /// <exception cref="PolicySyntaxException">The document is wrong.</exception>
    public static PolicySource Read(string text, Action<PolicySyntaxException, int> refused)
    {
        IReadOnlyList<PolicyStatement> statements = new PolicyParser(PolicyKind.KeyPolicy).Parse(text, refused, part: true);
        JToken json = PolicyJson.Load(text);
        return new PolicySource(text, json, json, statements);
    }

    /// <summary>What messages call a statement.</summary>
    public static string NameOf(PolicyStatement statement) => statement.Sid ?? statement.Index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where a statement begins, or the deepest of its elements on a path, compared without regard to case.</summary>
    public TextPosition Locate(PolicyStatement statement, params string[] path) => Locate(statement.Index, path);

    /// <summary>The same by the statement's number.</summary>
    public TextPosition Locate(int index, params string[] path)
    {
        JToken found = index < _written.Length ? _written[index] : Json;
        foreach (string name in path)
        {
            JToken inner = found is JProperty property ? property.Value : found;
            if (inner is JObject json && json.Property(name, StringComparison.OrdinalIgnoreCase) is { } next)
            {
                found = next;
            }
            else if (inner is JArray array && array.FirstOrDefault(item => item.Type == JTokenType.String && (string)item! == name) is { } entry)
            {
                found = entry;
            }
            else
            {
                break;
            }
        }

        return _locations.Find(found);
    }
}
