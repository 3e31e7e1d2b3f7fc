using System.Text.RegularExpressions;
using TenantEncryption.Testing;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>A page of <c>docs</c> that a reader follows: the files that it says to save, and its commands, in order.</summary>
internal sealed partial class GuidePage
{
    private GuidePage(IReadOnlyDictionary<string, string> files, string script) => (Files, Script) = (files, script);

    /// <summary>Each file that the page says to save, by its name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>All its commands.</summary>
    public string Script { get; }

    public static GuidePage Read(string name)
    {
        string page = File.ReadAllText(Repository.At("docs", name)).ReplaceLineEndings("\n");
        return new GuidePage(
            SavedFile().Matches(page).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["content"].Value),
            string.Concat(Commands().Matches(page).Select(match => match.Groups["content"].Value)));
    }

    [GeneratedRegex(@"Save as `(?<name>[^`]+)`[^`]*\n\n```js\n(?<content>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex SavedFile();

    [GeneratedRegex(@"```sh\n(?<content>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Commands();
}
