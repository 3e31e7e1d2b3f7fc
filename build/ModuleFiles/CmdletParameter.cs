using System.Reflection;

namespace TenantEncryption.ModuleFiles;

/// <summary>A parameter in one of its sets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Property">The property that declares it; <see langword="null"/> where PowerShell adds it.</param>
/// <param name="Type">The property's type; <see langword="null"/> for a switch that PowerShell adds.</param>
internal sealed record CmdletParameter(string Name, PropertyInfo? Property, Type? Type)
{
    public required string Set { get; init; }

    public bool IsMandatory { get; init; }

    public int? Position { get; init; }

    public bool FromPipeline { get; init; }

    public bool FromPipelineByName { get; init; }

    public bool TakesWildcards { get; init; }

    /// <summary>What PowerShell shows beside the completion, and when it asks for a parameter that is missing.</summary>
    public string? HelpMessage { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The type of its value; <see langword="null"/> for a switch, which takes none.</summary>
    public Type? ValueType => Type?.Name == "SwitchParameter" || Type is null ? null : Nullable.GetUnderlyingType(Type) ?? Type;
}
