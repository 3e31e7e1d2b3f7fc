using System.Text.Json;
using TenantEncryption.LocalKms.Errors;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>
/// The members of a request. A member of the wrong JSON type is a <c>SerializationException</c>, a missing or unacceptable one a
/// <c>ValidationException</c>, as AWS answers.
/// </summary>
internal readonly struct RequestFields(JsonElement members)
{
    public bool Has(string name) => Find(name, out _);

    public string? Text(string name) => !Find(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw WrongType();

    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw KmsErrors.MissingMember(name);

    public bool Flag(string name) => Find(name, out JsonElement value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType(),
    };

    /// <param name="name">The member.</param>
    /// <param name="minimum">The least value that AWS accepts.</param>
    /// <param name="maximum">The greatest value that AWS accepts.</param>
    public int? Number(string name, int minimum, int maximum)
    {
        if (!Find(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
        {
            throw WrongType();
        }

        return number < minimum
            ? throw KmsErrors.Constraint($"{number}", name, $"Member must have value greater than or equal to {minimum}")
            : number > maximum
            ? throw KmsErrors.Constraint($"{number}", name, $"Member must have value less than or equal to {maximum}")
            : number;
    }

    /// <summary>A member of base64 text that must be there and hold 1 to <paramref name="maximum"/> bytes.</summary>
    public byte[] RequiredBytes(string name, int maximum)
    {
        if (!Find(name, out JsonElement value))
        {
            throw KmsErrors.MissingMember(name);
        }

        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out byte[]? bytes))
        {
            throw WrongType();
        }

        // AWS does not repeat the value of a sensitive member.
        return bytes.Length == 0
            ? throw KmsErrors.Constraint("*** Sensitive Data Redacted ***", name, "Member must have length greater than or equal to 1")
            : bytes.Length > maximum
            ? throw KmsErrors.Constraint(
                "*** Sensitive Data Redacted ***", name, $"Member must have length less than or equal to {maximum}")
            : bytes;
    }

    /// <summary>A member that is one of the given values, or the fallback where it is missing.</summary>
    public string OneOf(string name, string fallback, IReadOnlyCollection<string> allowed) => Text(name) is not { } text ? fallback
        : allowed.Contains(text) ? text
        : throw KmsErrors.NotOneOf(text, name, allowed);

    public IReadOnlyList<string> Texts(string name)
    {
        if (!Find(name, out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw WrongType();
        }

        var texts = new List<string>(value.GetArrayLength());
        foreach (JsonElement item in value.EnumerateArray())
        {
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw WrongType());
        }

        return texts;
    }

    public IReadOnlyDictionary<string, string> Map(string name)
    {
        if (!Find(name, out JsonElement value))
        {
            return new Dictionary<string, string>();
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw WrongType();
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty pair in value.EnumerateObject())
        {
            map[pair.Name] = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : throw WrongType();
        }

        return map;
    }

    public IReadOnlyList<RequestFields> Items(string name)
    {
        if (!Find(name, out JsonElement value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. value.EnumerateArray().Select(item => new RequestFields(item))]
            : throw WrongType();
    }

    public RequestFields? Object(string name) => !Find(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Object ? new RequestFields(value)
        : throw WrongType();

    private static KmsError WrongType() => KmsErrors.Serialization("Start of structure or map found where not expected.");

    private bool Find(string name, out JsonElement value) =>
        members.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
