namespace TenantEncryption.Policies.Text;

/// <summary>A place in a text.</summary>
/// <param name="Line">The line, from one.</param>
/// <param name="Column">The column in UTF-16 characters, from one.</param>
internal readonly record struct TextPosition(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, column {Column}";

    /// <summary>The place of a character.</summary>
    internal static TextPosition Of(string text, int index)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Min(index, text.Length));
        return new TextPosition(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}
