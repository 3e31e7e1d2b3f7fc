using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>Holds the declarations of the error codes, the cmdlets' words for their remedies, and the page that is made from both together.</summary>
public class ErrorPageTests
{
    // Run the test with this variable set to write the page anew.
    private const string UpdateVariable = "TENANTENCRYPTION_UPDATE_DOCS";

    [Fact]
    public void The_error_page_documents_every_code_as_it_is_declared() => Hold(Repository.At("docs", "errors.md"), Render());

    [Fact]
    public void The_help_has_every_code_in_the_words_of_the_cmdlets() =>
        Hold(Repository.At("module", "en-US", "about_TenantEncryption_Errors.help.txt"), RenderTopic());

    private static void Hold(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void The_cmdlets_say_a_remedy_in_their_words_wherever_it_is_said() => Assert.All(CmdletWording.Remedies, remedy =>
    {
        Assert.Equal($"KMS: {remedy.Value} Then again.", CmdletWording.Of($"KMS: {ErrorCatalog.Get(remedy.Key).Remedy} Then again."));
        Assert.Equal(remedy.Value, CmdletWording.Of(remedy.Value));
    });

    [Fact]
    public void An_error_keeps_everything_but_its_words()
    {
        var inner = new InvalidOperationException();
        var error = new TenantEncryptionException(ErrorCodes.KeyDisabled, "The key is off.", inner) { KeyArn = "arn", Region = "eu-west-3", Operation = "kms:Decrypt", RequestId = "1", Unfinished = this };

        TenantEncryptionException worded = CmdletWording.Of(error);

        Assert.Equal("The key is off. " + CmdletWording.Remedies[ErrorCodes.KeyDisabled], worded.Message);
        Assert.Equal((error.Code, inner, error.KeyArn, error.Region, error.Operation, error.RequestId, this), (worded.Code, worded.InnerException, worded.KeyArn, worded.Region, worded.Operation, worded.RequestId, worded.Unfinished));
    }

    [Fact]
    public void An_error_that_names_nothing_of_the_library_stays_the_same_one()
    {
        var error = new TenantEncryptionException(ErrorCodes.Unknown);
        Assert.Same(error, CmdletWording.Of(error));
    }

    private static string Render()
    {
        var page = new StringBuilder(
            """
            # Error codes

            Every error of the library is a `TenantEncryptionException` with one of these codes; in PowerShell the FullyQualifiedErrorId is
            `CODE,<class>`. Match it with `'CODE,*'`, or use `$_.Exception.Code`. The message says what happened and ends with the remedy, which the
            cmdlets say in words of their own where they have any.

            | Code | Cause | Remedy | In PowerShell |
            |---|---|---|---|

            """);
        foreach (ErrorDefinition one in ErrorCatalog.All)
        {
            page.Append("| `").Append(one.Code).Append("` | ").Append(one.Cause).Append(" | ").Append(one.Remedy).Append(" | ")
                .Append(CmdletWording.Remedies.GetValueOrDefault(one.Code, "the same")).Append(" |\n");
        }

        return page.Append("\n[troubleshooting.md](troubleshooting.md) goes through those that people meet, code by code: where to look, and what it usually was.\n").ToString();
    }

    private static string RenderTopic()
    {
        var topic = new StringBuilder(
            """
            TOPIC
                about_TenantEncryption_Errors

            SHORT DESCRIPTION
                Every error code: its cause, and what to do.

            LONG DESCRIPTION
                FullyQualifiedErrorId is CODE,<class>:

                    try { Protect-TenantData ./a.txt -TenantId acme -ErrorAction Stop }
                    catch { $_.Exception.Code; $_.ErrorDetails.RecommendedAction }

                The message says what happened, and ends with the remedy.


            """);
        foreach (ErrorDefinition one in ErrorCatalog.All)
        {
            topic.Append("    ").Append(one.Code).Append('\n');
            Wrap(topic, one.Cause);
            Wrap(topic, CmdletWording.Remedies.GetValueOrDefault(one.Code, one.Remedy));
            topic.Append('\n');
        }

        return topic.Append("SEE ALSO\n    about_TenantEncryption\n").ToString();
    }

    private static void Wrap(StringBuilder topic, string text)
    {
        const int Width = 80;
        const string Indent = "        ";
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                topic.Append('\n');
                column = 0;
            }

            string piece = column == 0 ? Indent + word : " " + word;
            topic.Append(piece);
            column += piece.Length;
        }

        topic.Append('\n');
    }
}
