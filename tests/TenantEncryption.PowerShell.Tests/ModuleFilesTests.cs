using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What the build makes from the classes, and what stops it.</summary>
public sealed class ModuleFilesTests : IDisposable
{
    private static readonly string Documentation = Path.ChangeExtension(typeof(Hosting.TenantCmdlet).Assembly.Location, ".xml");
    private static readonly string Views = Repository.At("src", "TenantEncryption.PowerShell", "Views", "Views.json");
    private static readonly string Manifest = Repository.At("TenantEncryption.psd1");

    private readonly string _folder = Directory.CreateTempSubdirectory("module-files").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_help_of_the_module_has_every_cmdlet_with_every_parameter()
    {
        XDocument help = XDocument.Load(Path.Combine(BuiltModule.Folder, "en-US", "TenantEncryption.PowerShell.dll-Help.xml"));
        Dictionary<string, string[]> parameters = help.Root!.Elements().ToDictionary(
            command => command.Descendants().First(element => element.Name.LocalName == "name").Value,
            command => command.Elements().Single(element => element.Name.LocalName == "parameters").Elements()
                .Select(parameter => parameter.Elements().First(element => element.Name.LocalName == "name").Value)
                .Where(name => name is not ("WhatIf" or "Confirm")).Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(CmdletClass.All.Select(cmdlet => cmdlet.Name), parameters.Keys);
        Assert.All(CmdletClass.All, cmdlet => Assert.Equal(cmdlet.Parameters.Order(StringComparer.Ordinal), parameters[cmdlet.Name]));
    }

    [Fact]
    public void The_manifest_of_the_module_has_no_wildcard_for_which_an_import_would_have_to_look() =>
        Assert.DoesNotMatch(@"ToExport\s*=\s*[^#\r\n]*\*", File.ReadAllText(Path.Combine(BuiltModule.Folder, "TenantEncryption.psd1")));

    [Fact]
    public void Nothing_that_the_build_makes_is_written_by_hand_as_well()
    {
        Assert.Empty(Directory.GetFiles(Repository.At("module"), "*.*xml", SearchOption.AllDirectories));
        Assert.DoesNotMatch(@"'[A-Z]\w+-[A-Z]\w+'", File.ReadAllText(Manifest));
    }

    [Theory]
    [InlineData("T:TenantEncryption.PowerShell.Commands.ClearKeyLeaseCommand", "ClearKeyLeaseCommand.cs : error TE0001: Clear-KeyLease has no summary in its documentation.")]
    [InlineData("P:TenantEncryption.PowerShell.Commands.ClearKeyLeaseCommand.TenantId", "ClearKeyLeaseCommand.cs : error TE0001: Clear-KeyLease has no summary of -TenantId in its documentation.")]
    public void A_cmdlet_or_parameter_without_documentation_stops_the_build(string member, string error)
    {
        XDocument documentation = XDocument.Load(Documentation);
        documentation.Descendants("member").Single(one => (string)one.Attribute("name")! == member).Remove();
        string lacking = Path.Combine(_folder, "lacking.xml");
        documentation.Save(lacking);

        Assert.Equal((1, error), Make(lacking, Views, Manifest));
    }

    [Fact]
    public void A_cmdlet_without_an_example_stops_the_build()
    {
        XDocument documentation = XDocument.Load(Documentation);
        documentation.Descendants("member").Single(one => ((string)one.Attribute("name")!).EndsWith(".ClearKeyLeaseCommand", StringComparison.Ordinal)).Elements("example").Remove();
        string lacking = Path.Combine(_folder, "lacking.xml");
        documentation.Save(lacking);

        Assert.Equal((1, "ClearKeyLeaseCommand.cs : error TE0001: Clear-KeyLease has no example in its documentation."), Make(lacking, Views, Manifest));
    }

    [Fact]
    public void A_column_of_a_property_that_is_not_there_stops_the_build()
    {
        string wrong = Path.Combine(_folder, "Views.json");
        File.WriteAllText(wrong, File.ReadAllText(Views).Replace("\"Tenants=8\"", "\"Tenant=8\"", StringComparison.Ordinal));

        Assert.Equal((1, "Views.json : error TE0001: StoreInfo has no property Tenant."), Make(Documentation, wrong, Manifest));
    }

    [Fact]
    public void A_manifest_without_a_place_for_the_cmdlets_stops_the_build()
    {
        string wrong = Path.Combine(_folder, "Module.psd1");
        File.WriteAllText(wrong, Regex.Replace(File.ReadAllText(Manifest), "(?m)(CmdletsToExport.*?) #.*$", "$1"));

        Assert.Equal((1, "Module.psd1 : error TE0001: CmdletsToExport has no placeholder for the build to fill."), Make(Documentation, Views, wrong));
    }

    [Fact]
    public void A_parameter_of_which_Tab_would_tell_something_else_than_its_documentation_stops_the_build()
    {
        XDocument documentation = XDocument.Load(Documentation);
        documentation.Descendants("member").Single(one => ((string)one.Attribute("name")!).EndsWith(".ClearKeyLeaseCommand.TenantId", StringComparison.Ordinal)).Element("summary")!.Value = "The others. And more.";
        string other = Path.Combine(_folder, "other.xml");
        documentation.Save(other);

        Assert.Equal(
            (1, "ClearKeyLeaseCommand.cs : error TE0001: The HelpMessage of -TenantId is not the first sentence of its documentation: \"The others.\"."), Make(other, Views, Manifest));
    }

    private (int ExitCode, string Error) Make(string documentation, string views, string manifest)
    {
        Assembly cmdlets = typeof(Hosting.TenantCmdlet).Assembly;
        string configuration = cmdlets.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string writer = Repository.At("build", "ModuleFiles", "bin", configuration, "net10.0", "ModuleFiles.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", writer, cmdlets.Location, documentation, views, manifest, "1.2.3", Path.Combine(_folder, "made")]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
