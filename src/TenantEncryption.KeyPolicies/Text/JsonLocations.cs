using System.Text;
using System.Text.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Text;

/// <summary>Where in a JSON text each value begins. Newtonsoft tells where a value ends.</summary>
internal sealed class JsonLocations
{
    private readonly string _text;
    private readonly byte[] _utf8;
    private readonly Node _root;

    /// <param name="json">Well-formed JSON.</param>
    public JsonLocations(string json)
    {
        _text = json;
        _utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(_utf8);
        reader.Read();
        _root = Read(ref reader);
    }

    /// <summary>Where a token of the same text begins; a property begins with its name.</summary>
    public TextPosition Find(JToken token)
    {
        Node node = _root;
        foreach (JToken step in token.AncestorsAndSelf().Reverse())
        {
            if (step.Parent is JArray array && node.Items is { } items)
            {
                node = items[array.IndexOf(step)];
            }
            else if (step is JProperty property && node.Properties?.GetValueOrDefault(property.Name) is { } entry)
            {
                if (ReferenceEquals(step, token))
                {
                    return Position(entry.NameAt);
                }

                node = entry.Value;
            }
        }

        return Position(node.At);
    }

    private static Node Read(ref Utf8JsonReader reader)
    {
        var node = new Node(reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            node.Properties = new Dictionary<string, (long, Node)>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = reader.GetString()!;
                long nameAt = reader.TokenStartIndex;
                reader.Read();
                node.Properties[name] = (nameAt, Read(ref reader));
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            node.Items = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                node.Items.Add(Read(ref reader));
            }
        }

        return node;
    }

    private TextPosition Position(long at) => TextPosition.Of(_text, Encoding.UTF8.GetCharCount(_utf8, 0, (int)at));

    private sealed class Node(long at)
    {
        public long At => at;

        public Dictionary<string, (long NameAt, Node Value)>? Properties { get; set; }

        public List<Node>? Items { get; set; }
    }
}
