namespace TenantEncryption.Policies.Conditions;

/// <summary>A condition operator as a policy names it: <c>ForAnyValue:StringNotLikeIfExists</c>.</summary>
internal sealed record ConditionOperator(string Name, Comparison Comparison, bool Negated, bool IfExists, Quantifier Quantifier)
{
    private const string IfExistsSuffix = "IfExists";

    private static readonly Dictionary<string, (Comparison Comparison, bool Negated)> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["StringEquals"] = (Comparison.String, false),
        ["StringNotEquals"] = (Comparison.String, true),
        ["StringEqualsIgnoreCase"] = (Comparison.StringIgnoreCase, false),
        ["StringNotEqualsIgnoreCase"] = (Comparison.StringIgnoreCase, true),
        ["StringLike"] = (Comparison.StringLike, false),
        ["StringNotLike"] = (Comparison.StringLike, true),
        ["ArnEquals"] = (Comparison.Arn, false),
        ["ArnNotEquals"] = (Comparison.Arn, true),
        ["ArnLike"] = (Comparison.Arn, false),
        ["ArnNotLike"] = (Comparison.Arn, true),
        ["Bool"] = (Comparison.Bool, false),
        ["Null"] = (Comparison.Null, false),
        ["BinaryEquals"] = (Comparison.Binary, false),
        ["IpAddress"] = (Comparison.IpAddress, false),
        ["NotIpAddress"] = (Comparison.IpAddress, true),
        ["NumericEquals"] = (Comparison.NumericEquals, false),
        ["NumericNotEquals"] = (Comparison.NumericEquals, true),
        ["NumericLessThan"] = (Comparison.NumericLess, false),
        ["NumericLessThanEquals"] = (Comparison.NumericLessOrEqual, false),
        ["NumericGreaterThan"] = (Comparison.NumericGreater, false),
        ["NumericGreaterThanEquals"] = (Comparison.NumericGreaterOrEqual, false),
        ["DateEquals"] = (Comparison.DateEquals, false),
        ["DateNotEquals"] = (Comparison.DateEquals, true),
        ["DateLessThan"] = (Comparison.DateLess, false),
        ["DateLessThanEquals"] = (Comparison.DateLessOrEqual, false),
        ["DateGreaterThan"] = (Comparison.DateGreater, false),
        ["DateGreaterThanEquals"] = (Comparison.DateGreaterOrEqual, false),
    };

    /// <summary>The operators that there are, without prefixes and suffixes.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Whether <c>*</c> and <c>?</c> in its values are wildcards.</summary>
    public bool TakesPatterns => Comparison is Comparison.StringLike or Comparison.Arn;

    /// <summary>Reads the name of an operator, or returns <see langword="null"/> where IAM has none of that name.</summary>
    public static ConditionOperator? Parse(string name)
    {
        (Quantifier quantifier, string rest) = name.Split(':', 2) switch
        {
            [var prefix, var bare] when prefix.Equals("ForAllValues", StringComparison.OrdinalIgnoreCase) =>
                (Quantifier.ForAllValues, bare),
            [var prefix, var bare] when prefix.Equals("ForAnyValue", StringComparison.OrdinalIgnoreCase) => (Quantifier.ForAnyValue, bare),
            _ => (Quantifier.None, name),
        };
        bool ifExists = rest.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        string bareName = ifExists ? rest[..^IfExistsSuffix.Length] : rest;
        return ByName.TryGetValue(bareName, out (Comparison Comparison, bool Negated) known)
            && !(ifExists && known.Comparison == Comparison.Null)
            ? new ConditionOperator(name, known.Comparison, known.Negated, ifExists, quantifier)
            : null;
    }
}
