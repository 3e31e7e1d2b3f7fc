namespace TenantEncryption.Policies.Conditions;

/// <summary>The set operator before a condition operator, for multivalued keys.</summary>
internal enum Quantifier
{
    None,
    ForAllValues,
    ForAnyValue,
}
