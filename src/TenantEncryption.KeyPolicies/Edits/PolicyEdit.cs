using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Policies.Findings.Edits;

/// <summary>
/// One change of a policy that a remedy asks for. The words of a remedy are made from it, so that what is said is what a test can follow.
/// </summary>
internal sealed record PolicyEdit
{
    private const int LongestJson = 120;

    private PolicyEdit(PolicyEditKind kind) => Kind = kind;

    /// <summary>What it does.</summary>
    public PolicyEditKind Kind { get; }

    /// <summary>The number of the statement, from zero; <see langword="null"/> for the document.</summary>
    public int? Statement { get; private init; }

    /// <summary>The way to the element from the statement or the document.</summary>
    public IReadOnlyList<string> Path { get; private init; } = [];

    /// <summary>What is there now.</summary>
    public string? Old { get; private init; }

    /// <summary>The values or the name.</summary>
    public IReadOnlyList<string> Values { get; private init; } = [];

    /// <summary>The content of an element, or a statement.</summary>
    public JToken? Content { get; private init; }

    // What the words call the statement.
    private string Of { get; init; } = "the policy";

    public static PolicyEdit Add(PolicyPlace place, params IEnumerable<string> values) => In(PolicyEditKind.Add, place) with { Values = [.. values] };

    public static PolicyEdit Remove(PolicyPlace place, params IEnumerable<string> values) => In(PolicyEditKind.Remove, place) with { Values = [.. values] };

    public static PolicyEdit Replace(PolicyPlace place, string old, params IEnumerable<string> values) =>
        In(PolicyEditKind.Replace, place) with { Old = old, Values = [.. values] };

    public static PolicyEdit Set(PolicyPlace place, JToken content) => In(PolicyEditKind.Set, place) with { Content = content.DeepClone() };

    public static PolicyEdit Rename(PolicyPlace place, string name) => In(PolicyEditKind.Rename, place) with { Values = [name] };

    public static PolicyEdit AddStatement(JObject statement) =>
        new(PolicyEditKind.AddStatement) { Content = statement.DeepClone(), Of = (string?)statement["Sid"] ?? "" };

    public static PolicyEdit RemoveStatement(PolicyPlace place) => In(PolicyEditKind.RemoveStatement, place);

    public static PolicyEdit ReplaceStatement(PolicyPlace place, JObject statement) =>
        In(PolicyEditKind.ReplaceStatement, place) with { Content = statement.DeepClone() };

    public static PolicyEdit RemoveCharacter(char character) => new(PolicyEditKind.RemoveCharacter) { Old = character.ToString() };

    public static PolicyEdit Escape(char character) => new(PolicyEditKind.Escape) { Old = character.ToString() };

    /// <summary>The sentence that asks for it.</summary>
    public override string ToString() => Kind switch
    {
        PolicyEditKind.Add => $"Add {Listed(Values)} to the {Element} of {Of}.",
        PolicyEditKind.Remove when Values.Count == 0 => $"Take the {Element} out of {Of}.",
        PolicyEditKind.Remove => $"Take {Listed(Values)} out of the {Element} of {Of}.",
        PolicyEditKind.Replace => $"Put {Listed(Values)} in the place of '{VisibleText.Of(Old!)}' in the {Element} of {Of}.",
        PolicyEditKind.Set => $"Make the {Element} of {Of} {Json(Content!)}.",
        PolicyEditKind.Rename => $"Write '{Values[0]}' in the place of '{VisibleText.Of(Path[^1])}' in {Of}.",
        PolicyEditKind.AddStatement when Of == AccountStatements.RootSid => $"Add the statement that lets the account in: {Content!.ToString(Formatting.None)}.",
        PolicyEditKind.AddStatement => $"Add the platform's statement '{Of}' (its template shows it).",
        PolicyEditKind.RemoveStatement => $"Remove {Of}.",
        PolicyEditKind.ReplaceStatement => $"Put the platform's statement '{(string?)Content!["Sid"]}' in the place of {Of} (its template shows it).",
        PolicyEditKind.RemoveCharacter => $"Take the character {VisibleText.Of(Old!)} out, wherever it stands.",
        _ => $"Write it as \\u{(int)Old![0]:x4}.",
    };

    private string Element => string.Join(' ', Path.Where(name => name is not ("AWS" or "Service")).Select(VisibleText.Of));

    private static PolicyEdit In(PolicyEditKind kind, PolicyPlace place) =>
        new(kind) { Statement = place.Statement, Path = place.Path, Of = place.Name };

    private static string Listed(IEnumerable<string> values) => string.Join(", ", values.Select(value => $"'{VisibleText.Of(value)}'"));

    private static string Json(JToken content)
    {
        string json = content.ToString(Formatting.None);
        return json.Length <= LongestJson ? json : "as the platform's statement has it (its template shows it)";
    }
}
