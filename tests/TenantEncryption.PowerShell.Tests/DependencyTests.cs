using System.Reflection;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What may know of what: the adapters load into a context of their own, so no type of theirs may be visible to PowerShell.</summary>
public class DependencyTests
{
    private static readonly Assembly Cmdlets = typeof(Hosting.TenantCmdlet).Assembly;
    private static readonly Assembly Core = typeof(Stores.IStore).Assembly;

    [Fact]
    public void The_cmdlets_reference_no_adapter() =>
        Assert.Equal(
            ["System.Management.Automation", "TenantEncryption.Core"],
            Cmdlets.GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => !IsRuntime(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void Core_references_no_SDK_and_no_database() =>
        Assert.Equal(
            ["Newtonsoft.Json", "System.Security.Cryptography.ProtectedData"],
            Core.GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => !IsRuntime(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_public_member_of_a_cmdlet_has_a_type_that_PowerShell_knows() =>
        Assert.All(CmdletClass.All, cmdlet =>
            Assert.All(Types(cmdlet.Type), type => Assert.Contains(type.Assembly.GetName().Name, KnownAssemblies)));

    private static IEnumerable<string> KnownAssemblies =>
        [Cmdlets.GetName().Name!, Core.GetName().Name!, "System.Management.Automation", typeof(object).Assembly.GetName().Name!];

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

    private static bool IsRuntime(string assembly) =>
        assembly.StartsWith("System.", StringComparison.Ordinal)
        && assembly is not ("System.Management.Automation" or "System.Security.Cryptography.ProtectedData");
}
