namespace TenantEncryption.Policies.Likeness;

/// <summary>Whether a value in a condition was meant as another.</summary>
internal static class ValueLikeness
{
    private static readonly System.Buffers.SearchValues<char> Brackets = System.Buffers.SearchValues.Create("<>{}[]");

    private static readonly char[] Separators = [',', ';', ' '];

    /// <summary>Whether it was: it differs by case, blanks, hidden characters, quotes or few letters, or is one text of several values.</summary>
    public static bool IsMeantAs(string value, string wanted) => Trimmed(value).Equals(wanted, StringComparison.OrdinalIgnoreCase)
        || (wanted.Length >= 6 && TextDistance.IsSlip(Trimmed(value), wanted))
        || (Parts(value) is { Length: > 1 } parts && parts.Contains(wanted, StringComparer.Ordinal));

    /// <summary>Whether it stands for a value that was never put in: <c>&lt;tenant id&gt;</c>, <c>{{TenantId}}</c>, <c>qbusiness.region.amazonaws.com</c>.</summary>
    public static bool IsPlaceholder(string value) => value.AsSpan().ContainsAny(Brackets)
        || value.StartsWith("your", StringComparison.OrdinalIgnoreCase)
        || string.Concat(value.Where(char.IsLetterOrDigit)).ToUpperInvariant() is "TENANTID" or "TENANT" or "TENANTIDS" or "QLIKTENANTID" or "STRING" or "EXAMPLE";

    /// <summary>The values of a text in which several were written as one.</summary>
    public static string[] Parts(string value) =>
        Trimmed(value).Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The difference, as a sentence.</summary>
    public static string How(string value, string wanted) =>
        value.Equals(wanted, StringComparison.OrdinalIgnoreCase) ? $"'{value}' differs by case, and values are compared exactly."
        : Parts(value) is { Length: > 1 } parts && parts.Contains(wanted, StringComparer.Ordinal) ? $"'{VisibleText.Of(value)}' is one text; a list has each value on its own."
        : value.Trim() == wanted ? $"'{VisibleText.Of(value)}' differs by white space."
        : value.Any(VisibleText.IsHidden) ? $"'{VisibleText.Of(value)}' has characters that can't be seen."
        : IsPlaceholder(value) ? $"'{value}' stands for a value that was never put in."
        : "";

    private static string Trimmed(string value) => VisibleText.Meant(value);
}
