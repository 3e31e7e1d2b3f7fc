namespace TenantEncryption.Policies.Conditions;

/// <summary>Whether a value of the request is one that a condition lists. Negation is the condition's affair.</summary>
internal abstract class ValueTest
{
    public abstract bool Matches(string value, RequestContext context);

    /// <summary>Compiles the values of a condition.</summary>
    /// <exception cref="FormatException">A value is not of the operator's type.</exception>
    public static ValueTest Create(Comparison comparison, string[] values, bool variables) => comparison switch
    {
        Comparison.String or Comparison.Binary => StringTest.Create(values, variables, StringComparer.Ordinal),
        Comparison.StringIgnoreCase => StringTest.Create(values, variables, StringComparer.OrdinalIgnoreCase),
        Comparison.StringLike => new PatternTest(values, variables),
        Comparison.Arn => new ArnTest(values, variables),
        Comparison.Bool or Comparison.Null => new BoolTest(values),
        Comparison.IpAddress => new IpAddressTest(values),
        >= Comparison.NumericEquals and <= Comparison.NumericGreaterOrEqual =>
            new OrderTest(values, OrderTest.Number, comparison - Comparison.NumericEquals),
        _ => new OrderTest(values, OrderTest.Time, comparison - Comparison.DateEquals),
    };
}
