using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Access;

/// <summary>Values that meet the conditions of a statement.</summary>
internal sealed class ConditionSample
{
    private const string ContextPrefix = "kms:EncryptionContext:";

    /// <summary>Each encryption context that the conditions let through: one for each combination of the values that they list.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, string>> EncryptionContexts { get; init; }

    /// <summary>One value for each other condition key.</summary>
    public required IReadOnlyDictionary<string, string> ConditionKeys { get; init; }

    /// <summary>Conditions for which no value can be made up.</summary>
    public required IReadOnlyList<string> Undecidable { get; init; }

    public static ConditionSample Of(IEnumerable<Condition> conditions)
    {
        List<Dictionary<string, string>> contexts = [[]];
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var undecidable = new List<string>();
        foreach (Condition condition in conditions)
        {
            string[] values = [.. condition.Values.Select(value => Literal(value, condition.Operator)).OfType<string>()];
            if (values.Length < condition.Values.Count)
            {
                undecidable.Add($"{condition.Operator.Name} {condition.Key}");
            }
            else if (condition.Key.StartsWith(ContextPrefix, StringComparison.OrdinalIgnoreCase))
            {
                string name = condition.Key[ContextPrefix.Length..];
                contexts = [.. contexts.SelectMany(pairs => values.Select(value => new Dictionary<string, string>(pairs) { [name] = value }))];
            }
            else
            {
                keys[condition.Key] = values[0];
            }
        }

        return new ConditionSample { EncryptionContexts = contexts, ConditionKeys = keys, Undecidable = undecidable };
    }

    private static string? Literal(string value, ConditionOperator @operator) => @operator switch
    {
        { Negated: true } => null,
        { Comparison: Comparison.String or Comparison.StringIgnoreCase or Comparison.StringLike or Comparison.Arn } =>
            PolicyVariables.Literal(value, @operator.TakesPatterns),
        { Comparison: Comparison.Bool or Comparison.NumericEquals or Comparison.Binary } => value,
        _ => null,
    };
}
