using System.Reflection;
using System.Text.RegularExpressions;
using TenantEncryption.Policies.Findings;

namespace TenantEncryption.Core.Tests.Policies.Findings;

/// <summary>Every finding is explained in docs/key-policies.md.</summary>
public sealed partial class FindingsPageTests
{
    [Fact]
    public void The_page_lists_the_findings_that_there_are()
    {
        string[] codes = [.. typeof(PolicyFindingCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        string[] listed = [.. File.ReadLines(Page()).Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups["code"].Value)];
        Assert.Equal(codes.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static string Page()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "TenantEncryption.PS.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "docs", "key-policies.md");
    }

    [GeneratedRegex(@"^\| `(?<code>[A-Z_]+)` \| (Error|Warning|Information) \|")]
    private static partial Regex Row();
}
