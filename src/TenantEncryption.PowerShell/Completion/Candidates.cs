using System.Management.Automation;
using System.Management.Automation.Language;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Makes completions of candidates.</summary>
internal static class Candidates
{
    /// <summary>Those that begin with what is typed, quoted where a bare word would not do.</summary>
    /// <param name="candidates">What there is.</param>
    /// <param name="line">What is typed.</param>
    /// <returns>The completions, sorted.</returns>
    public static IEnumerable<CompletionResult> Matching(this IEnumerable<Candidate> candidates, TypedLine line) =>
        candidates
            .Where(candidate => line.Fits(candidate.Text) || (candidate.Also is { } also && line.Fits(also)))
            .OrderBy(candidate => candidate.Text, StringComparer.OrdinalIgnoreCase)
            .Select(candidate => new CompletionResult(Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.Tip));

    private static string Quote(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/') && !text.StartsWith('-')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
