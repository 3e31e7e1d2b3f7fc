using System.Reflection;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>The adapters load into a context of their own, so no type of theirs may be visible to PowerShell.</summary>
public class DependencyTests
{
    private static readonly Assembly Cmdlets = typeof(Hosting.TenantCmdlet).Assembly;

    [Fact]
    public void Every_public_member_of_a_cmdlet_has_a_type_that_PowerShell_knows() =>
        Assert.All(CmdletClass.All, cmdlet =>
            Assert.All(Types(cmdlet.Type), type => Assert.Contains(type.Assembly.GetName().Name, KnownAssemblies)));

    private static IEnumerable<string> KnownAssemblies =>
    [
        Cmdlets.GetName().Name!, "System.Management.Automation", typeof(object).Assembly.GetName().Name!,
        .. Directory.GetFiles(BuiltModule.Folder, "TenantEncryption.*.dll").Select(Path.GetFileNameWithoutExtension)!,
    ];

    private static IEnumerable<Type> Types(Type cmdlet) => cmdlet
        .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .SelectMany(member => member switch
        {
            PropertyInfo property => [property.PropertyType],
            FieldInfo field => [field.FieldType],
            MethodBase method => method.GetParameters().Select(parameter => parameter.ParameterType),
            _ => Enumerable.Empty<Type>(),
        })
        .SelectMany(type => type.IsGenericType ? type.GetGenericArguments().Append(type) : [type]);
}
