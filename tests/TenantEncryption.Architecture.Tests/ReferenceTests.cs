using TenantEncryption.Testing.Layers;

namespace TenantEncryption.Architecture.Tests;

/// <summary>What each assembly references beside the runtime.</summary>
public class ReferenceTests
{
    private const string Product = "TenantEncryption.";

    private static readonly string[] Frameworks = ["System.", "Microsoft.AspNetCore", "Microsoft.Extensions.", "Microsoft.Win32."];

    public static TheoryData<string> Assemblies => [.. BuiltAssemblies.Names];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_those_of_the_product_that_are_declared_and_no_other(string assembly) =>
        Same(assembly, BuiltAssemblies.Layers(assembly).Sees.Select(name => Product + name), References(assembly).Where(IsOfProduct));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_references_the_packages_that_are_declared_and_no_other(string assembly) =>
        Same(assembly, BuiltAssemblies.Layers(assembly).Packages, References(assembly).Where(name => !IsOfProduct(name) && !IsRuntime(name)));

    // The order could be declared otherwise; these hold whatever is declared.
    [Theory]
    [InlineData("Aws", "Core")]
    [InlineData("LocalKms", "Core")]
    [InlineData("Envelope", "KeyPolicies")]
    [InlineData("KeyPolicies", "Envelope")]
    [InlineData("PowerShell", "Aws")]
    [InlineData("PowerShell", "PostgreSql")]
    [InlineData("PowerShell", "S3")]
    [InlineData("PowerShell", "Sql")]
    [InlineData("PowerShell", "Sqlite")]
    [InlineData("PowerShell", "Hosting")]
    [InlineData("PowerShell", "DataProtection")]
    [InlineData("Hosting", "DataProtection")]
    public void An_assembly_that_stands_alone_does_not_reference_the_other(string assembly, string other) =>
        Assert.DoesNotContain(Product + other, References(Product + assembly));

    /// <summary>The SDK of AWS and the database are in a load context of their own, which neither the rules nor the cmdlets see.</summary>
    [Theory]
    [InlineData("Abstractions")]
    [InlineData("Envelope")]
    [InlineData("KeyPolicies")]
    [InlineData("Core")]
    [InlineData("PowerShell")]
    public void What_PowerShell_loads_references_no_SDK_and_no_database(string assembly) =>
        Assert.DoesNotContain(
            References(Product + assembly),
            name => name.StartsWith("AWSSDK", StringComparison.Ordinal) || name.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Microsoft.Data.", StringComparison.Ordinal));

    private static IReadOnlyList<string> References(string assembly) => AssemblyMap.Of(BuiltAssemblies.PathOf(assembly)).References;

    private static void Same(string assembly, IEnumerable<string> declared, IEnumerable<string> referenced)
    {
        string[] different =
        [
            .. referenced.Except(declared).Select(name => $"{assembly} references {name}, which tests/layers/{assembly}.layers does not declare"),
            .. declared.Except(referenced).Select(name => $"{assembly} does not reference {name}, which tests/layers/{assembly}.layers declares"),
        ];
        Assert.True(different.Length == 0, string.Join('\n', different));
    }

    private static bool IsOfProduct(string assembly) => assembly.StartsWith(Product, StringComparison.Ordinal);

    private static bool IsRuntime(string assembly) =>
        assembly is not ("System.Management.Automation" or "System.Security.Cryptography.ProtectedData")
        && (assembly is "netstandard" or "mscorlib" || Frameworks.Any(begin => assembly.StartsWith(begin, StringComparison.Ordinal)));
}
