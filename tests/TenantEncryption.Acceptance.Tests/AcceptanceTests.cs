using System.Text;
using System.Xml.Linq;
using TenantEncryption.Testing;

namespace TenantEncryption.Acceptance.Tests;

/// <summary>
/// Runs each file of <c>tests/Acceptance</c> with Pester in a PowerShell of its own. What Pester found is left as NUnit 3 XML in
/// <c>TestResults/acceptance</c> of the repository, where the gate counts its tests one by one. xunit runs classes side by side and the rows of a
/// theory one after the other: so there are two classes, for every other file.
/// </summary>
public abstract class AcceptanceTests
{
    private static readonly string Suite = Path.Combine(Repository.Root, "tests", "Acceptance");

    /// <summary>Every other file, from the first or the second on.</summary>
    protected static TheoryData<string> EveryOther(int first) =>
    [
        .. Directory.EnumerateFiles(Suite, "*.Tests.ps1")
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)
            .Where((_, index) => index % 2 == first),
    ];

    /// <summary>Runs a file of the suite, and fails with what failed in it.</summary>
    protected static Task RunAsync(string file) => RunAsync(Suite, file);

    /// <summary>Runs a file of another folder.</summary>
    protected static Task RunAsync(string folder, string file) => RunAsync(folder, file, "", new Dictionary<string, string?>());

    /// <summary>Runs a file of the suite on a store in PostgreSQL.</summary>
    /// <param name="file">The file.</param>
    /// <param name="server">The connection string of a role that may make schemas there.</param>
    protected static Task RunOnPostgreSqlAsync(string file, string server) =>
        RunAsync(Suite, file, ".postgresql", new Dictionary<string, string?> { ["TENANTENCRYPTION_TEST_STORE"] = server });

    private static async Task RunAsync(string folder, string file, string kind, IReadOnlyDictionary<string, string?> environment)
    {
        string results = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "TestResults", "acceptance")).FullName, Path.ChangeExtension(file, kind + ".xml"));
        File.Delete(results);

        ScriptRun run = await ScriptRun.OfAsync(
            environment, Path.Combine(Suite, "Invoke-Acceptance.ps1"), "-Path", Path.Combine(folder, file), "-Pester", PowerShellProgram.Pester, "-ResultPath", results);

        Assert.True(File.Exists(results), $"Pester left no results.{Environment.NewLine}{run.Output}{run.Error}");
        XElement root = XDocument.Load(results).Root!;
        string failures = Failures(root);
        Assert.True(failures.Length == 0, failures);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.NotEqual("0", root.Attribute("passed")!.Value);
        Assert.Equal(root.Attribute("total")!.Value, root.Attribute("passed")!.Value);
    }

    private static string Failures(XElement root)
    {
        var text = new StringBuilder();
        foreach (XElement test in root.Descendants("test-case").Where(test => (string?)test.Attribute("result") == "Failed"))
        {
            text.AppendLine((string?)test.Attribute("fullname")).AppendLine((string?)test.Descendants("message").FirstOrDefault()).AppendLine();
        }

        return text.ToString();
    }
}
