using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Core.Tests.Errors;

/// <summary>Holds the declarations of the error codes and the page that is made from them together.</summary>
public class ErrorPageTests
{
    // Run the test with this variable set to write the page anew.
    private const string UpdateVariable = "TENANTENCRYPTION_UPDATE_DOCS";

    [Fact]
    public void The_error_page_documents_every_code_as_the_catalog_has_it()
    {
        string path = Path.Combine(RepositoryRoot(), "docs", "errors.md");
        string expected = Render();
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void Every_code_declares_its_kind_cause_and_remedy()
    {
        IEnumerable<string> constants = typeof(ErrorCodes).GetFields()
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => code != ErrorCodes.Success);
        Assert.Equal(constants.Order(StringComparer.Ordinal), ErrorCatalog.All.Select(one => one.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_message_of_an_exception_ends_with_the_remedy()
    {
        var exception = new TenantEncryptionException(ErrorCodes.KeyDisabled, "The key is off.");
        Assert.Equal("The key is off. " + ErrorCatalog.Get(ErrorCodes.KeyDisabled).Remedy, exception.Message);
    }

    [Fact]
    public void Memory_that_ran_out_has_a_code_of_its_own() =>
        Assert.Equal(
            [ErrorCodes.OutOfMemory, ErrorCodes.Unknown],
            new Exception[] { new InsufficientMemoryException(), new InvalidCastException() }.Select(one => TenantEncryptionException.Of(one).Code));

    private static string Render()
    {
        var page = new StringBuilder(
            """
            # Error codes

            Every error of the library is a `TenantEncryptionException` with one of these codes; in PowerShell the FullyQualifiedErrorId is
            `CODE,<class>`. Match it with `'CODE,*'`, or use `$_.Exception.Code`. The message says what happened and ends with the remedy.

            | Code | Cause | Remedy |
            |---|---|---|

            """);
        foreach (ErrorDefinition one in ErrorCatalog.All)
        {
            page.Append("| `").Append(one.Code).Append("` | ").Append(one.Cause).Append(" | ").Append(one.Remedy).Append(" |\n");
        }

        return page.ToString();
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TenantEncryption.PS.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository's root was not found.");
        }

        return folder.FullName;
    }
}
