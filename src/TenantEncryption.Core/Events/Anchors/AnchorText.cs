using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Anchors;

/// <summary>Anchors and proofs as JSON. Names are read in any case, so that what PowerShell and CloudTrail write is read, too.</summary>
internal static class AnchorText
{
    private const int HashLength = 64;

    private static readonly JsonSerializerSettings Exact = new() { DateParseHandling = DateParseHandling.None, MaxDepth = 8 };

    /// <summary>An anchor as one line.</summary>
    public static string Write(Anchor anchor) => new JObject
    {
        ["storeId"] = anchor.StoreId,
        ["number"] = anchor.Number,
        ["time"] = anchor.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["chains"] = anchor.Chains,
        ["root"] = anchor.Root,
        ["previous"] = anchor.Previous,
        ["hash"] = anchor.Hash,
    }.ToString(Formatting.None);

    /// <summary>Reads an anchor whose hash is that of its fields.</summary>
    public static bool TryRead(string line, [NotNullWhen(true)] out Anchor? anchor)
    {
        anchor = Parse(line) is { } json ? Read(json) : null;
        return anchor is not null;
    }

    /// <summary>
    /// Reads what was kept of an anchor: <c>number:root</c>, or JSON that has a number (or <c>Anchor</c>) and a root, as the encryption context in CloudTrail has.
    /// </summary>
    public static bool TryReadMark(string text, [NotNullWhen(true)] out AnchorMark? mark)
    {
        mark = null;
        if (text.TrimStart().StartsWith('{'))
        {
            return Parse(text) is { } json && TryReadMark(json, out mark);
        }

        string[] parts = text.Trim().Split(':');
        if (parts.Length == 2 && ReadNumber(parts[0]) is { } number && ReadHash(parts[1]) is { } root)
        {
            mark = new AnchorMark(number, root);
        }

        return mark is not null;
    }

    /// <summary>Reads a proof.</summary>
    public static bool TryReadProof(string text, [NotNullWhen(true)] out AnchorProof? proof)
    {
        proof = null;
        if (Parse(text) is { } json
            && Value(json, "Anchor") is JObject of && Read(of) is { } anchor
            && TextOf(json, "TenantId") is { Length: > 0 } tenantId
            && ReadNumber(TextOf(json, "Sequence")) is { } sequence
            && ReadHash(TextOf(json, "Mac")) is { } mac
            && ReadNumber(TextOf(json, "Index")) is { } index
            && Value(json, "AuditPath") is JArray path)
        {
            string?[] nodes = [.. path.Select(node => ReadHash((node as JValue)?.Value as string))];
            proof = nodes.Contains(null)
                ? null
                : new AnchorProof { Anchor = anchor, TenantId = tenantId, Sequence = sequence, Mac = mac, Index = index, AuditPath = nodes! };
        }

        return proof is not null;
    }

    private static bool TryReadMark(JObject json, [NotNullWhen(true)] out AnchorMark? mark)
    {
        mark = ReadNumber(TextOf(json, "Number") ?? TextOf(json, "Anchor")) is { } number && ReadHash(TextOf(json, "Root")) is { } root
            ? new AnchorMark(number, root) { StoreId = TextOf(json, "StoreId"), Hash = ReadHash(TextOf(json, "Hash") ?? TextOf(json, "AnchorHash")) }
            : null;
        return mark is not null;
    }

    private static Anchor? Read(JObject json)
    {
        if (TextOf(json, "StoreId") is { Length: > 0 } storeId
            && ReadNumber(TextOf(json, "Number")) is { } number
            && DateTimeOffset.TryParse(TextOf(json, "Time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            && ReadNumber(TextOf(json, "Chains")) is { } chains
            && ReadHash(TextOf(json, "Root")) is { } root)
        {
            var anchor = new Anchor { StoreId = storeId, Number = number, Time = time, Chains = chains, Root = root, Previous = TextOf(json, "Previous") };
            return anchor.Hash == TextOf(json, "Hash") ? anchor : null;
        }

        return null;
    }

    private static JObject? Parse(string text)
    {
        try
        {
            return JsonConvert.DeserializeObject<JObject>(text, Exact);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JToken? Value(JObject json, string name) => json.GetValue(name, StringComparison.OrdinalIgnoreCase);

    private static string? TextOf(JObject json, string name) =>
        Value(json, name) is JValue { Value: { } value } ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    private static long? ReadNumber(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string? ReadHash(string? text) =>
        text?.Length == HashLength && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;
}
