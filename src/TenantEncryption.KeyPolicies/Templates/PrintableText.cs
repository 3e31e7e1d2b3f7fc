namespace TenantEncryption.Policies.Templates;

/// <summary>Text of others for messages.</summary>
internal static class PrintableText
{
    private const int Longest = 64;

    /// <summary>The text without control characters, and no longer than a line takes.</summary>
    public static string Of(string text)
    {
        string shown = string.Concat(text.Take(Longest).Select(character => char.IsControl(character) ? '\uFFFD' : character));
        return text.Length > Longest ? shown + "…" : shown;
    }
}
