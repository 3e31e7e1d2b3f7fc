namespace TenantEncryption.Policies;

/// <summary>A pattern in which <c>*</c> stands for any text and <c>?</c> for one character, as IAM uses them.</summary>
internal static class GlobPattern
{
    private const char EscapedStar = '\uE000';
    private const char EscapedMark = '\uE001';

    /// <summary>Whether a text has wildcards.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether all of <paramref name="text"/> matches. Linear in the text for each star (no exponential backtracking).</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="text">What is compared.</param>
    /// <param name="ignoreCase">Whether <c>A</c> equals <c>a</c>.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || Same(pattern[p], text[t], ignoreCase)))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }

    private static bool Same(char left, char right, bool ignoreCase) =>
        Literal(left) == right || (ignoreCase && char.ToUpperInvariant(left) == char.ToUpperInvariant(right));

    /// <summary>Private-use stand-ins for wildcards that a policy variable brought in: they mean themselves.</summary>
    public static string Escape(string value) => value.Replace('*', EscapedStar).Replace('?', EscapedMark);

    /// <summary>The text that an escaped one means.</summary>
    public static string Unescape(string value) => value.Replace(EscapedStar, '*').Replace(EscapedMark, '?');

    private static char Literal(char character) => character switch
    {
        EscapedStar => '*',
        EscapedMark => '?',
        _ => character,
    };
}
