using System.Text;

namespace TenantEncryption.Policies;

/// <summary>
/// A text of a policy that may hold variables: <c>${aws:username}</c>, <c>${aws:PrincipalTag/team, 'none'}</c>, and
/// <c>${*}</c>, <c>${?}</c>, <c>${$}</c> for the characters themselves. Variables exist since policy version 2012-10-17; in an
/// older document they are plain text (IAM User Guide, "Variables and tags").
/// </summary>
internal sealed class PolicyValue
{
    private readonly string _text;
    private readonly bool _hasVariables;

    public PolicyValue(string text, bool variables)
    {
        _text = text;
        _hasVariables = variables && text.Contains("${", StringComparison.Ordinal);
        IsPattern = GlobPattern.IsPattern(text);
    }

    /// <summary>Whether the text is the same for every request.</summary>
    public bool IsConstant => !_hasVariables;

    /// <summary>Whether it has <c>*</c> or <c>?</c>.</summary>
    public bool IsPattern { get; }

    /// <summary>
    /// The text with the request's values in it, or <see langword="null"/> where a variable has none. What a variable brings in is no
    /// pattern.
    /// </summary>
    public string? Resolve(RequestContext context)
    {
        if (!_hasVariables)
        {
            return _text;
        }

        var resolved = new StringBuilder(_text.Length);
        int position = 0;
        while (_text.IndexOf("${", position, StringComparison.Ordinal) is >= 0 and var start)
        {
            int end = _text.IndexOf('}', start);
            if (end < 0)
            {
                break;
            }

            resolved.Append(_text, position, start - position);
            if (Variable(_text[(start + 2)..end], context) is not { } value)
            {
                return null;
            }

            resolved.Append(GlobPattern.Escape(value));
            position = end + 1;
        }

        return resolved.Append(_text, position, _text.Length - position).ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static string? Variable(string expression, RequestContext context)
    {
        if (expression is "*" or "?" or "$")
        {
            return expression;
        }

        string[] parts = expression.Split(',', 2, StringSplitOptions.TrimEntries);
        return context.Find(parts[0]) is [var single] ? single
            : parts is [_, ['\'', .. var fallback, '\'']] ? fallback
            : null;
    }
}
