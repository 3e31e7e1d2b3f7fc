using System.Text.RegularExpressions;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>The codes that the guides go through are codes that there are.</summary>
public sealed partial class TroubleshootingPageTests
{
    private static readonly string[] Codes = [.. ErrorCatalog.All.Select(one => one.Code)];

    [Fact]
    public void Troubleshooting_has_each_code_once_and_only_codes_that_there_are()
    {
        string[] headings = [.. Heading().Matches(Read("troubleshooting.md")).Select(match => match.Groups["code"].Value)];

        Assert.True(headings.Length > 30, $"{headings.Length} codes");
        Assert.Empty(headings.Except(Codes));
        Assert.Equal(headings.Distinct(), headings);
    }

    [Theory]
    [InlineData("qlik-cloud")]
    [InlineData("tableau-cloud")]
    [InlineData("amazon-q-business")]
    public void What_goes_wrong_on_a_platform_is_told_by_codes_that_there_are(string platform)
    {
        string page = Read("platforms", $"{platform}.md");
        string[] told = [.. Code().Matches(page[page.IndexOf("## What goes wrong", StringComparison.Ordinal)..]).SelectMany(row => Word().Matches(row.Value)).Select(match => match.Groups["code"].Value)];

        Assert.True(told.Length > 4, $"{told.Length} codes");
        Assert.Empty(told.Except(Codes));
    }

    private static string Read(params string[] path) => File.ReadAllText(Repository.At(["docs", .. path])).ReplaceLineEndings("\n");

    [GeneratedRegex("^### (?<code>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // The first cell of a row.
    [GeneratedRegex("^\\| `[^|]+", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex("`(?<code>[A-Z_]{2,})`")]
    private static partial Regex Word();
}
