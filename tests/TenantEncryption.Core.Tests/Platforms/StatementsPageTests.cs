using System.Reflection;
using System.Text.RegularExpressions;

namespace TenantEncryption.Tests.Platforms;

/// <summary>docs/platforms.md lists what the vendors' pages say: each statement is held by tests that there are, or is said not to be done.</summary>
public sealed partial class StatementsPageTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string, string, string> Statements
    {
        get
        {
            var statements = new TheoryData<string, string, string>();
            foreach (Match row in File.ReadLines(Path.Combine(Root, "docs", "platforms.md")).SkipWhile(line => !line.StartsWith("| the page says", StringComparison.Ordinal))
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
            return File.ReadAllText(Path.Combine(Root, "tests", "Acceptance", file)).Contains($"It '{title}'", StringComparison.Ordinal);
        }

        string[] parts = test.Split('.');
        return typeof(StatementsPageTests).Assembly.GetTypes().Any(type =>
            type.Name == parts[0] && type.GetMethod(parts[1])?.GetCustomAttributes<FactAttribute>().Any() == true);
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "TenantEncryption.PS.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| (?<says>.+?) \| (?<here>.+?) \| (?<held>.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
