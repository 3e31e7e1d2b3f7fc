using System.Reflection;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What may know of what: the adapters load into a context of their own, so no type of theirs may be visible to PowerShell.</summary>
public class DependencyTests
{
    private static readonly Assembly Cmdlets = typeof(Hosting.TenantCmdlet).Assembly;

    /// <summary>What each assembly may reference beside the runtime. What PowerShell loads has no SDK and no database.</summary>
    public static TheoryData<string, string[]> References => new()
    {
        { "Abstractions", ["Newtonsoft.Json"] },
        { "Envelope", ["TenantEncryption.Abstractions"] },
        { "KeyPolicies", ["Newtonsoft.Json", "TenantEncryption.Abstractions"] },
        { "Core", ["Newtonsoft.Json", "System.Security.Cryptography.ProtectedData", "TenantEncryption.Abstractions", "TenantEncryption.Envelope", "TenantEncryption.KeyPolicies"] },
        { "PowerShell", ["System.Management.Automation", "TenantEncryption.Abstractions", "TenantEncryption.Core", "TenantEncryption.Envelope", "TenantEncryption.KeyPolicies"] },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void Each_assembly_of_PowerShells_context_references_those_before_it_alone(string assembly, string[] references) =>
        Assert.Equal(
            references,
            Assembly.LoadFrom(Path.Combine(Repository.Module, $"TenantEncryption.{assembly}.dll"))
                .GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => !IsRuntime(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_public_member_of_a_cmdlet_has_a_type_that_PowerShell_knows() =>
        Assert.All(CmdletClass.All, cmdlet =>
            Assert.All(Types(cmdlet.Type), type => Assert.Contains(type.Assembly.GetName().Name, KnownAssemblies)));

    private static IEnumerable<string> KnownAssemblies =>
    [
        Cmdlets.GetName().Name!, "System.Management.Automation", typeof(object).Assembly.GetName().Name!,
        .. Directory.GetFiles(Repository.Module, "TenantEncryption.*.dll").Select(Path.GetFileNameWithoutExtension)!,
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

    private static bool IsRuntime(string assembly) =>
        assembly.StartsWith("System.", StringComparison.Ordinal)
        && assembly is not ("System.Management.Automation" or "System.Security.Cryptography.ProtectedData");
}
