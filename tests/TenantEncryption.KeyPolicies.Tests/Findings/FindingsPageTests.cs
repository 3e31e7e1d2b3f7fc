using System.Reflection;
using System.Text.RegularExpressions;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Testing;

namespace TenantEncryption.KeyPolicies.Tests.Findings;

/// <summary>Every finding is explained in docs/key-policies.md.</summary>
public sealed partial class FindingsPageTests
{
    [Fact]
    public void The_page_lists_the_findings_that_there_are()
    {
        string[] codes = [.. typeof(PolicyFindingCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        string[] listed = [.. File.ReadLines(Repository.At("docs", "key-policies.md")).Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups["code"].Value)];
        Assert.Equal(codes.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<code>[A-Z_]+)` \| (Error|Warning|Information) \|")]
    private static partial Regex Row();
}
