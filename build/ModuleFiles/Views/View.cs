namespace TenantEncryption.ModuleFiles.Views;

/// <summary>How one type is shown, and which properties travel.</summary>
internal sealed record View
{
    public required string Type { get; init; }

    public string Default { get; init; } = "Table";

    public int Depth { get; init; } = 3;

    public SortedDictionary<string, string> Aliases { get; init; } = [];

    public required IReadOnlyList<string> Table { get; init; }

    public required IReadOnlyList<string> List { get; init; }

    /// <summary>The type of the property that a name means, through an alias or not.</summary>
    public Type TypeOf(Type type, string name) =>
        type.GetProperty(Aliases.GetValueOrDefault(name, name))?.PropertyType ?? throw new SourceException("Views.json", $"{type.Name} has no property {name}.");
}
