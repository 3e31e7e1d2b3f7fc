namespace TenantEncryption.Policies.Conditions;

/// <summary>What a condition operator compares, without its negation.</summary>
internal enum Comparison
{
    String,
    StringIgnoreCase,
    StringLike,
    Arn,
    Bool,
    Null,
    Binary,
    IpAddress,
    NumericEquals,
    NumericLess,
    NumericLessOrEqual,
    NumericGreater,
    NumericGreaterOrEqual,
    DateEquals,
    DateLess,
    DateLessOrEqual,
    DateGreater,
    DateGreaterOrEqual,
}
