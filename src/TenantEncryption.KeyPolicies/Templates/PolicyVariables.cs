using System.Text;

namespace TenantEncryption.Policies.Templates;

/// <summary>
/// Writes a value into a condition so that it means itself: <c>${</c> begins a policy variable, and under Like and Arn operators
/// <c>*</c> and <c>?</c> are wildcards (IAM User Guide, "IAM policy elements: Variables and tags").
/// </summary>
internal static class PolicyVariables
{
    private const string Begin = "${";

    /// <summary>The value as a condition needs it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="patterns">Whether the condition's operator takes wildcards.</param>
    public static string Escape(string value, bool patterns)
    {
        if (!value.Contains(Begin, StringComparison.Ordinal) && !(patterns && GlobPattern.IsPattern(value)))
        {
            return value;
        }

        var escaped = new StringBuilder(value.Length + 8);
        for (int i = 0; i < value.Length; i++)
        {
            char character = value[i];
            bool special = (patterns && (character is '*' or '?')) || value.AsSpan(i).StartsWith(Begin, StringComparison.Ordinal);
            escaped.Append(special ? $"${{{character}}}" : character.ToString());
        }

        return escaped.ToString();
    }

    /// <summary>The one value that a condition's text means, or <see langword="null"/> where it depends on the request or is a pattern.</summary>
    public static string? Literal(string text, bool patterns)
    {
        var literal = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith(Begin, StringComparison.Ordinal))
            {
                if (text.AsSpan(i) is not ['$', '{', '*' or '?' or '$', '}', ..])
                {
                    return null;
                }

                literal.Append(text[i + 2]);
                i += 3;
            }
            else if (patterns && (text[i] is '*' or '?'))
            {
                return null;
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        return literal.ToString();
    }
}
