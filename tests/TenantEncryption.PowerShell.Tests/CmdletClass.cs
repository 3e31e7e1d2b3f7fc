using System.Reflection;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>
/// A cmdlet as its class declares it. Read by reflection alone: the library that the cmdlets compile against has no code, so its attributes can't be
/// constructed here.
/// </summary>
internal sealed record CmdletClass(Type Type, string Name, IReadOnlyList<string> Parameters, IReadOnlyList<string> Positional, IReadOnlyList<string> Outputs, bool Asks)
{
    private const string Automation = "System.Management.Automation.";

    // ConfirmImpact.High.
    private const int High = 3;

    public static IReadOnlyList<CmdletClass> All { get; } =
    [
        .. typeof(Hosting.TenantCmdlet).Assembly.GetExportedTypes()
            .Select(type => (Type: type, Cmdlet: Attributes(type, "CmdletAttribute").SingleOrDefault()))
            .Where(pair => pair.Cmdlet is not null)
            .Select(pair => new CmdletClass(
                pair.Type,
                $"{pair.Cmdlet!.ConstructorArguments[0].Value}-{pair.Cmdlet.ConstructorArguments[1].Value}",
                [.. pair.Type.GetProperties().Where(property => Attributes(property, "ParameterAttribute").Any()).Select(property => property.Name)],
                [.. pair.Type.GetProperties().Where(property => Attributes(property, "ParameterAttribute").Any(one => one.NamedArguments.Any(argument => argument.MemberName == "Position"))).Select(property => property.Name)],
                [.. Attributes(pair.Type, "OutputTypeAttribute").SelectMany(output => (IEnumerable<CustomAttributeTypedArgument>)output.ConstructorArguments[^1].Value!)
                    .Select(output => (output.Value as Type)?.Name ?? ((string)output.Value!).Split('.')[^1])],
                pair.Cmdlet.NamedArguments.Any(argument => argument.MemberName == "ConfirmImpact" && (int)argument.TypedValue.Value! == High)))
            .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal),
    ];

    private static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        CustomAttributeData.GetCustomAttributes(member).Where(attribute => attribute.AttributeType.FullName == Automation + name);
}
