using System.Management.Automation;
using System.Management.Automation.Language;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Makes completions of candidates.</summary>
internal static class Candidates
{
    /// <summary>Those that begin with what is typed, quoted where a bare word would not do.</summary>
    /// <param name="candidates">What there is.</param>
    /// <param name="typed">What is typed, with or without quotes.</param>
    /// <returns>The completions, sorted.</returns>
    public static IEnumerable<CompletionResult> Matching(this IEnumerable<Candidate> candidates, string typed)
    {
        string begin = typed.Trim('\'', '"');
        return candidates
            .Where(candidate => candidate.Text.StartsWith(begin, StringComparison.OrdinalIgnoreCase)
                || candidate.Also?.StartsWith(begin, StringComparison.OrdinalIgnoreCase) == true)
            .OrderBy(candidate => candidate.Text, StringComparer.OrdinalIgnoreCase)
            .Select(candidate => new CompletionResult(Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.Tip));
    }

    private static string Quote(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/') && !text.StartsWith('-')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
