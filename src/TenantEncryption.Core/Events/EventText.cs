using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Events;

/// <summary>The text form of events: one line of CloudEvents JSON, exactly what the log authenticates.</summary>
internal static class EventText
{
    /// <summary>UTC with seven decimals, so that text order is time order.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly JsonSerializerSettings Exact = new() { DateParseHandling = DateParseHandling.None };

    // An extension attribute of CloudEvents: lower-case letters and digits.
    private const string StateAttribute = "statedigest";

    /// <summary>Writes an event; the sequence number is not part of the text.</summary>
    public static string Write(EncryptionEvent encryptionEvent, JObject data)
    {
        var json = new JObject
        {
            ["specversion"] = encryptionEvent.SpecVersion,
            ["id"] = encryptionEvent.Id,
            ["source"] = encryptionEvent.Source,
            ["type"] = encryptionEvent.Type,
            ["time"] = encryptionEvent.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
            ["datacontenttype"] = "application/json",
        };
        if (encryptionEvent.TenantId is not null)
        {
            json["tenantid"] = encryptionEvent.TenantId;
        }

        json["userid"] = encryptionEvent.UserId;
        if (encryptionEvent.StateDigest is not null)
        {
            json[StateAttribute] = encryptionEvent.StateDigest;
        }

        json["data"] = data;
        return json.ToString(Formatting.None);
    }

    /// <summary>Reads a stored event.</summary>
    public static EncryptionEvent Read(StoredEvent stored)
    {
        JObject json = JsonConvert.DeserializeObject<JObject>(stored.Json, Exact)!;
        return new EncryptionEvent
        {
            Sequence = stored.Sequence,
            Id = (string)json["id"]!,
            Source = (string)json["source"]!,
            SpecVersion = (string)json["specversion"]!,
            Type = (string)json["type"]!,
            Time = ParseTime((string)json["time"]!),
            TenantId = (string?)json["tenantid"],
            UserId = (string?)json["userid"],
            StateDigest = (string?)json[StateAttribute],
            Data = json["data"] is JObject data ? Plain(data) : new EventData(),
        };
    }

    /// <summary>A time as it is written in events.</summary>
    public static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>The digest of the state in an event's text.</summary>
    public static string? StateOf(string text) => Find(text, StateAttribute);

    /// <summary>The type in an event's text.</summary>
    public static string TypeOf(string text) => Find(text, "type")!;

    /// <summary>Where an event stands among those of all chains.</summary>
    public static EventPosition PositionOf(StoredEvent stored) => new(Find(stored.Json, "time")!, stored.Chain, stored.Sequence);

    // Without a look at the rest.
    private static string? Find(string text, string attribute)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonToken.PropertyName)
        {
            if ((string)reader.Value! == attribute)
            {
                return reader.ReadAsString();
            }

            reader.Skip();
        }

        return null;
    }

    private static EventData Plain(JObject json)
    {
        var data = new EventData();
        foreach (JProperty property in json.Properties())
        {
            data.Add(property.Name, Plain(property.Value));
        }

        return data;
    }

    private static object? Plain(JToken? token) => token switch
    {
        JObject nested => Plain(nested),
        JArray array => array.Select(item => Plain(item)).ToArray(),
        JValue value => value.Value,
        _ => null,
    };
}
