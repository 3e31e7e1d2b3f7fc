using System.Reflection;

namespace TenantEncryption.ModuleFiles;

/// <summary>A cmdlet as its class declares it. Attributes are read and not made: the library that cmdlets compile against has no code.</summary>
internal sealed class Cmdlet
{
    private const string Automation = "System.Management.Automation.";
    private const string AllSets = "__AllParameterSets";

    public Cmdlet(Type type)
    {
        Type = type;
        CustomAttributeData declared = AttributesOf(type, "CmdletAttribute").Single();
        Verb = (string)declared.ConstructorArguments[0].Value!;
        Noun = (string)declared.ConstructorArguments[1].Value!;
        Aliases = [.. AttributesOf(type, "AliasAttribute").SelectMany(Strings)];
        Outputs =
        [
            .. AttributesOf(type, "OutputTypeAttribute").SelectMany(output => (IEnumerable<CustomAttributeTypedArgument>)output.ConstructorArguments[^1].Value!)
                .Select(output => output.Value is Type one ? one.FullName! : (string)output.Value!),
        ];
        CmdletParameter[] parameters = [.. Parameters(type, asks: Named<bool>(declared, "SupportsShouldProcess"))];
        IEnumerable<string?> names = parameters.Select(parameter => parameter.Set).Where(set => set != AllSets)
            .Prepend(Named<string>(declared, "DefaultParameterSetName")).Where(set => set is not null).Distinct().DefaultIfEmpty(AllSets);
        ParameterSets = [.. names.Select(name => InOrder(parameters.Where(parameter => parameter.Set == name || parameter.Set == AllSets)))];
    }

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public IReadOnlyList<string> Aliases { get; }

    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The sets, the default one first; of each the parameters as its syntax shows them: by position, then the mandatory ones, then by name.</summary>
    public IReadOnlyList<IReadOnlyList<CmdletParameter>> ParameterSets { get; }

    public static IEnumerable<CustomAttributeData> AttributesOf(MemberInfo member, string name) =>
        CustomAttributeData.GetCustomAttributes(member).Where(attribute => attribute.AttributeType.FullName == Automation + name);

    private static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value is T value ? value : default;

    private static IEnumerable<string> Strings(CustomAttributeData attribute) =>
        ((IEnumerable<CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Select(one => (string)one.Value!);

    private static IReadOnlyList<CmdletParameter> InOrder(IEnumerable<CmdletParameter> parameters) =>
    [
        .. parameters.OrderBy(parameter => parameter.Position ?? int.MaxValue).ThenBy(parameter => !parameter.IsMandatory)
            .ThenBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase),
    ];

    private static IEnumerable<CmdletParameter> Parameters(Type type, bool asks)
    {
        foreach (PropertyInfo property in type.GetProperties())
        {
            foreach (CustomAttributeData declared in AttributesOf(property, "ParameterAttribute"))
            {
                yield return new CmdletParameter(property.Name, property, property.PropertyType)
                {
                    Set = Named<string>(declared, "ParameterSetName") ?? AllSets,
                    HelpMessage = Named<string>(declared, "HelpMessage"),
                    IsMandatory = Named<bool>(declared, "Mandatory"),
                    Position = Named<int?>(declared, "Position"),
                    FromPipeline = Named<bool>(declared, "ValueFromPipeline"),
                    FromPipelineByName = Named<bool>(declared, "ValueFromPipelineByPropertyName"),
                    TakesWildcards = AttributesOf(property, "SupportsWildcardsAttribute").Any(),
                    Aliases = [.. AttributesOf(property, "AliasAttribute").SelectMany(Strings)],
                };
            }
        }

        if (asks)
        {
            yield return new CmdletParameter("WhatIf", null, null) { Set = AllSets, Aliases = ["wi"] };
            yield return new CmdletParameter("Confirm", null, null) { Set = AllSets, Aliases = ["cf"] };
        }
    }
}
