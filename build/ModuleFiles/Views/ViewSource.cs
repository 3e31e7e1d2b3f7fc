using System.Text.Json;

namespace TenantEncryption.ModuleFiles.Views;

/// <summary>Views.json: what each output shows. The file says what its words mean.</summary>
internal sealed record ViewSource
{
    private static readonly JsonSerializerOptions Options = new()
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public required IReadOnlyList<View> Views { get; init; }

    public required IReadOnlyDictionary<string, string> Scripts { get; init; }

    public static ViewSource Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ViewSource>(File.ReadAllText(path), Options)!;
        }
        catch (JsonException exception)
        {
            throw new SourceException("Views.json", exception.Message);
        }
    }
}
