using System.Text.RegularExpressions;
using TenantEncryption.Testing;

namespace TenantEncryption.KeyPolicies.Tests.Platforms;

/// <summary>docs/platforms.md lists what the vendors' pages say: each statement is held by tests that there are, or is said not to be done.</summary>
public sealed partial class StatementsPageTests
{
    private static readonly ILookup<string, string> Sources = Directory
        .EnumerateFiles(Repository.At("tests"), "*.cs", SearchOption.AllDirectories)
        .ToLookup(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal);

    public static TheoryData<string, string, string> Statements
    {
        get
        {
            var statements = new TheoryData<string, string, string>();
            foreach (Match row in File.ReadLines(Repository.At("docs", "platforms.md")).SkipWhile(line => !line.StartsWith("| the page says", StringComparison.Ordinal))
                .Where(line => !line.StartsWith("| the page says", StringComparison.Ordinal)).Select(line => Row().Match(line)).Where(match => match.Success))
            {
                statements.Add(row.Groups["says"].Value, row.Groups["here"].Value, row.Groups["held"].Value);
            }

            return statements;
        }
    }

    [Fact]
    public void The_pages_of_all_vendors_are_there() => Assert.InRange(Statements.Count, 80, 200);

    [Theory]
    [MemberData(nameof(Statements))]
    public void Each_statement_is_held_by_tests_that_there_are_or_is_said_not_to_be_done(string says, string here, string held)
    {
        string[] tests = [.. Quoted().Matches(held).Select(match => match.Groups[1].Value)];

        Assert.True(here.StartsWith("not done", StringComparison.Ordinal) == (tests.Length == 0), says);
        Assert.All(tests, test => Assert.True(Exists(test), test));
    }

    private static bool Exists(string test)
    {
        if (test.Split(": ", 2) is [var file, var title])
        {
            return File.ReadAllText(Repository.At("tests", "Acceptance", file)).Contains($"It '{title}'", StringComparison.Ordinal);
        }

        // By its source, as the tests are in several assemblies.
        string[] parts = test.Split('.');
        return Sources[parts[0]].Any(source => Test().Matches(File.ReadAllText(source)).Any(match => match.Groups["name"].Value == parts[1]));
    }

    [GeneratedRegex(@"^\| (?<says>.+?) \| (?<here>.+?) \| (?<held>.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^    \[\w*(Fact|Theory)\b.*\]\n(    \[.*\n)*    public (async )?(void|Task) (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
