using System.Globalization;

namespace TenantEncryption.Policies.Likeness;

/// <summary>Text of others for messages, in which a reader sees what can't be seen.</summary>
internal static class VisibleText
{
    /// <summary>The text with characters that show nothing, or nothing of their own, as <c>&lt;U+200B&gt;</c>.</summary>
    public static string Of(string text) => text.Any(IsHidden) || text != text.Trim()
        ? string.Concat(text.Select((character, at) => IsHidden(character) || IsOuterBlank(text, at) ? Name(character) : character.ToString()))
        : text;

    /// <summary>Whether a character shows nothing: a zero-width space, a joiner, a mark of direction or order, a blank other than the space.</summary>
    public static bool IsHidden(char character) => char.IsControl(character)
        || CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || (character != ' ' && CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.SpaceSeparator);

    /// <summary>The text without hidden characters, outer blanks and outer quotes: what its writer meant.</summary>
    public static string Meant(string text) => string.Concat(text.Where(character => !IsHidden(character))).Trim(' ', '"', '\'', '\u2018', '\u2019', '\u201C', '\u201D');

    private static bool IsOuterBlank(string text, int at) => text[at] == ' ' && (at < text.Length - text.TrimStart().Length || at >= text.TrimEnd().Length);

    private static string Name(char character) => $"<U+{(int)character:X4}>";
}
