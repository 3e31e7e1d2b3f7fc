using System.Globalization;
using Newtonsoft.Json;

namespace TenantEncryption.Sql.Values;

/// <summary>Values that are stored as text: times, lists and maps.</summary>
internal static class StoredText
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>A time in UTC; the order of such texts is the order of the times.</summary>
    public static string OfTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A time that may be missing.</summary>
    public static string? OfTime(DateTimeOffset? time) => time is DateTimeOffset known ? OfTime(known) : null;

    /// <summary>Reads what <see cref="OfTime(DateTimeOffset)"/> wrote.</summary>
    public static DateTimeOffset ToTime(string text) => new(
        DateTime.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal));

    /// <summary>A list as a JSON array.</summary>
    public static string OfList(IReadOnlyList<string> list) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (string element in list)
        {
            writer.WriteValue(element);
        }

        writer.WriteEndArray();
    });

    /// <summary>Reads what <see cref="OfList"/> wrote.</summary>
    public static IReadOnlyList<string> ToList(string text)
    {
        using JsonTextReader reader = Read(text);
        return ReadList(reader);
    }

    /// <summary>A map as a JSON object, in its own order.</summary>
    public static string OfMap(IReadOnlyDictionary<string, string> map) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach ((string key, string value) in map)
        {
            writer.WritePropertyName(key);
            writer.WriteValue(value);
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads what <see cref="OfMap"/> wrote.</summary>
    public static IReadOnlyDictionary<string, string> ToMap(string text)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        using JsonTextReader reader = Read(text);
        while (reader.Read())
        {
            if (reader.TokenType == JsonToken.PropertyName)
            {
                map.Add((string)reader.Value!, reader.ReadAsString()!);
            }
        }

        return map;
    }

    /// <summary>A map of lists as a JSON object of arrays, in its own order.</summary>
    public static string OfLists(IReadOnlyDictionary<string, IReadOnlyList<string>> map) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach ((string key, IReadOnlyList<string> list) in map)
        {
            writer.WritePropertyName(key);
            writer.WriteRawValue(OfList(list));
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads what <see cref="OfLists"/> wrote.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ToLists(string text)
    {
        var map = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        using JsonTextReader reader = Read(text);
        while (reader.Read())
        {
            if (reader.TokenType == JsonToken.PropertyName)
            {
                map.Add((string)reader.Value!, ReadList(reader));
            }
        }

        return map;
    }

    private static string Write(Action<JsonTextWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = new JsonTextWriter(text))
        {
            write(writer);
        }

        return text.ToString();
    }

    private static string[] ReadList(JsonTextReader reader)
    {
        var list = new List<string>();
        while (reader.Read() && reader.TokenType != JsonToken.EndArray)
        {
            if (reader.TokenType == JsonToken.String)
            {
                list.Add((string)reader.Value!);
            }
        }

        return [.. list];
    }

    // A value that looks like a date stays text.
    private static JsonTextReader Read(string text) => new(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
}
