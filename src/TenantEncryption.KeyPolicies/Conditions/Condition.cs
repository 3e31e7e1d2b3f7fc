namespace TenantEncryption.Policies.Conditions;

/// <summary>One test of a Condition block: an operator, a condition key and the values that it may or must not have.</summary>
/// <remarks>
/// Several values mean any of them; with a negated operator, none of them. A key that the request lacks fails, except for negated
/// operators, <c>IfExists</c> and <c>ForAllValues</c> (IAM User Guide, "Condition operators" and "Multivalued context keys").
/// A multivalued key without a set operator must satisfy with every value.
/// </remarks>
internal sealed class Condition(ConditionOperator @operator, string key, string[] values, ValueTest test)
{
    public ConditionOperator Operator => @operator;

    public string Key => key;

    /// <summary>The values as the policy has them, with variables and wildcards.</summary>
    public IReadOnlyList<string> Values => values;

    public bool IsMet(RequestContext context)
    {
        string[]? actual = context.Find(key);
        if (@operator.Comparison == Comparison.Null)
        {
            return test.Matches(actual is null ? "true" : "false", context);
        }

        if (actual is null)
        {
            return @operator.IfExists
                || @operator.Quantifier == Quantifier.ForAllValues
                || (@operator.Negated && @operator.Quantifier != Quantifier.ForAnyValue);
        }

        bool any = @operator.Quantifier == Quantifier.ForAnyValue;
        foreach (string value in actual)
        {
            if (test.Matches(value, context) != @operator.Negated == any)
            {
                return any;
            }
        }

        return !any;
    }

    /// <summary>Why the condition is met, for people.</summary>
    public string DescribeMet(RequestContext context)
    {
        string actual = context.Find(key) is { } found ? $"the request has '{string.Join("', '", found)}'" : "the request does not have it";
        return $"{@operator.Name} {key} [{string.Join(", ", values)}], and {actual}";
    }

    /// <summary>Why the condition is not met, for people.</summary>
    public string Describe(RequestContext context)
    {
        string actual = context.Find(key) is { } found ? $"has '{string.Join("', '", found)}'" : "does not have it";
        return $"{@operator.Name} {key} [{string.Join(", ", values)}] is not met: the request {actual}";
    }
}
