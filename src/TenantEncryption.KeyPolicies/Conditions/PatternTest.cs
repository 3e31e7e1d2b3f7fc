namespace TenantEncryption.Policies.Conditions;

/// <summary>StringLike: with wildcards, case-sensitive.</summary>
internal sealed class PatternTest(string[] values, bool variables) : ValueTest
{
    private readonly PolicyValue[] _patterns = [.. values.Select(value => new PolicyValue(value, variables))];

    public override bool Matches(string value, RequestContext context)
    {
        foreach (PolicyValue pattern in _patterns)
        {
            if (pattern.Resolve(context) is { } text && GlobPattern.Matches(text, value, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
