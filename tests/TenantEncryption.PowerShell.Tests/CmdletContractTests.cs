using System.Text.RegularExpressions;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>Exports, classes and the page of the contract say the same.</summary>
public class CmdletContractTests
{
    [Fact]
    public void The_manifest_exports_every_cmdlet_and_nothing_else()
    {
        string manifest = File.ReadAllText(Path.Combine(BuiltModule.Folder, "TenantEncryption.psd1"));
        string exports = Regex.Match(manifest, @"CmdletsToExport\s*=\s*@\((.*?)\)", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(CmdletClass.All.Select(cmdlet => cmdlet.Name), Regex.Matches(exports, "'([^']+)'").Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void The_page_has_every_cmdlet_with_every_parameter_and_nothing_else()
    {
        Dictionary<string, string[]> page = File.ReadLines(Repository.At("docs", "cmdlets.md"))
            .Select(line => Regex.Match(line, @"^\| `(?<name>\w+-\w+)` \| (?<parameters>[^|]*) \|"))
            .Where(match => match.Success)
            .ToDictionary(
                match => match.Groups["name"].Value,
                match => Regex.Matches(match.Groups["parameters"].Value, @"`\[?-(\w+)\]?`").Select(one => one.Groups[1].Value).Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(CmdletClass.All.Select(cmdlet => cmdlet.Name), page.Keys.Order(StringComparer.Ordinal));
        Assert.All(CmdletClass.All, cmdlet => Assert.Equal(cmdlet.Parameters.Order(StringComparer.Ordinal), page[cmdlet.Name]));
    }

    [Fact]
    public void The_page_shows_in_brackets_which_parameters_have_a_position() => Assert.All(
        Rows(),
        row => Assert.Equal(
            (row.Key, string.Join(' ', CmdletClass.All.Single(cmdlet => cmdlet.Name == row.Key).Positional.Order(StringComparer.Ordinal))),
            (row.Key, string.Join(' ', Regex.Matches(row.Value.Parameters, @"`\[-(\w+)\]`").Select(one => one.Groups[1].Value).Order(StringComparer.Ordinal)))));

    [Fact]
    public void The_page_names_what_comes_out() => Assert.All(
        Rows(),
        row => Assert.All(
            CmdletClass.All.Single(cmdlet => cmdlet.Name == row.Key).Outputs.Where(output => output is not ("Boolean" or "String" or "Byte[]" or "SecureString")),
            output => Assert.Contains(output, row.Value.Output, StringComparison.Ordinal)));

    private static Dictionary<string, (string Parameters, string Output)> Rows() => File.ReadLines(Repository.At("docs", "cmdlets.md"))
        .Select(line => Regex.Match(line, @"^\| `(?<name>\w+-\w+)` \| (?<parameters>[^|]*) \| (?<output>.*) \|$"))
        .Where(match => match.Success)
        .ToDictionary(match => match.Groups["name"].Value, match => (match.Groups["parameters"].Value, match.Groups["output"].Value));

    [Fact]
    public void The_page_lists_the_cmdlets_that_ask()
    {
        string page = File.ReadAllText(Repository.At("docs", "cmdlets.md"));

        Assert.Equal(CmdletClass.All.Where(cmdlet => cmdlet.Asks).Select(cmdlet => cmdlet.Name), Listed(page, @"These ask \(ConfirmImpact High\):(.*?)\. These"));
    }

    [Fact]
    public void The_page_lists_the_cmdlets_that_ask_by_the_platforms_rules()
    {
        string page = File.ReadAllText(Repository.At("docs", "cmdlets.md"));
        string commands = Repository.At("src", "TenantEncryption.PowerShell", "Commands");

        Assert.Equal(
            CmdletClass.All.Where(cmdlet => Regex.IsMatch(File.ReadAllText(Path.Combine(commands, cmdlet.Type.Name + ".cs")), "Confirm(Change|High)Async")).Select(cmdlet => cmdlet.Name),
            Listed(page, "These ask with the same weight(.*?);"));
    }

    private static IEnumerable<string> Listed(string page, string sentence) =>
        Regex.Matches(Regex.Match(page, sentence, RegexOptions.Singleline).Groups[1].Value, @"`(\w+-\w+)")
            .Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

    [Fact]
    public void Every_cmdlet_is_sealed_and_in_a_file_of_its_own() =>
        Assert.All(CmdletClass.All, cmdlet =>
        {
            Assert.True(cmdlet.Type.IsSealed);
            Assert.Equal(cmdlet.Name.Replace("-", "", StringComparison.Ordinal) + "Command", cmdlet.Type.Name);
            Assert.True(File.Exists(Repository.At("src", "TenantEncryption.PowerShell", "Commands", cmdlet.Type.Name + ".cs")));
        });
}
