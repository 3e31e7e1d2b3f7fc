using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Text;

/// <summary>Reads the JSON of policies as strictly as IAM does.</summary>
internal static class PolicyJson
{
    private const int MaximumDepth = 16;

    /// <summary>Reads a text whose root may be an object or a list.</summary>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>: it is no JSON, or has a name twice in one object.</exception>
    public static JToken Parse(string json)
    {
        try
        {
            return Load(json);
        }
        catch (PolicySyntaxException fault)
        {
            throw fault.AsKnown();
        }
    }

    /// <summary>The same with the place of the fault in the exception.</summary>
    /// <exception cref="PolicySyntaxException">It is no JSON, or has a name twice in one object.</exception>
    public static JToken Load(string json)
    {
        try
        {
            // Newtonsoft also reads single quotes, comments and trailing commas; IAM does not.
            using (System.Text.Json.JsonDocument.Parse(json))
            {
            }

            // Dates stay text: 2012-10-17 is a version.
            using var reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = MaximumDepth };
            var settings = new JsonLoadSettings { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error };
            return JToken.ReadFrom(reader, settings);
        }
        catch (System.Text.Json.JsonException e)
        {
            TextPosition? position = Position(json, e);
            throw Quote(json, position) is { } quote
                ? new PolicySyntaxException(
                    $"The policy has a typographic quote, {quote} (U+{(int)quote:X4}), where JSON has a straight one (\"); word processors and web pages make them so.",
                    position,
                    isJson: false,
                    e)
                { Remedy = "Put straight quotes in the place of all typographic ones." }
                : new PolicySyntaxException($"The policy is not valid JSON: {Sentence(e.Message, " LineNumber:")}", position, isJson: false, e);
        }
        catch (JsonReaderException e)
        {
            var position = new TextPosition(Math.Max(1, e.LineNumber), Math.Max(1, e.LinePosition));
            throw new PolicySyntaxException($"The policy is not valid JSON: {Sentence(e.Message, " Path '")}", position, isJson: false, e);
        }
    }

    private static TextPosition? Position(string json, System.Text.Json.JsonException exception)
    {
        if (exception is not { LineNumber: { } line, BytePositionInLine: { } bytes })
        {
            return null;
        }

        string text = json.Split('\n').ElementAtOrDefault((int)line) ?? "";
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return new TextPosition((int)line + 1, Encoding.UTF8.GetCharCount(utf8, 0, (int)Math.Min(bytes, utf8.Length)) + 1);
    }

    private static char? Quote(string json, TextPosition? position) =>
        position is { } at
        && json.Split('\n').ElementAtOrDefault(at.Line - 1) is { } line
        && at.Column <= line.Length
        && line[at.Column - 1] is '\u2018' or '\u2019' or '\u201A' or '\u201C' or '\u201D' or '\u201E' or '\u2032' or '\u2033' or '\u00AB' or '\u00BB'
            ? line[at.Column - 1]
            : null;

    private static string Sentence(string message, string end)
    {
        int at = message.IndexOf(end, StringComparison.Ordinal);
        return (at < 0 ? message : message[..at]).Replace(" in this mode. Change the reader options", "", StringComparison.Ordinal).TrimEnd('.', ',', ' ') + ".";
    }
}
