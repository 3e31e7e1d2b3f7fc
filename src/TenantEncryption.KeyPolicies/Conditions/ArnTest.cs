namespace TenantEncryption.Policies.Conditions;

/// <summary>ArnEquals and ArnLike, which are one: each of an ARN's six parts is compared by itself, wildcards allowed in each.</summary>
internal sealed class ArnTest(string[] values, bool variables) : ValueTest
{
    private const int Parts = 6;

    private readonly PolicyValue[] _patterns = [.. values.Select(value => new PolicyValue(value, variables))];

    public override bool Matches(string value, RequestContext context)
    {
        string[] parts = value.Split(':', Parts);
        foreach (PolicyValue pattern in _patterns)
        {
            if (pattern.Resolve(context) is { } text && (text == "*" || Matches(text.Split(':', Parts), parts)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(string[] pattern, string[] parts)
    {
        if (pattern.Length != Parts || parts.Length != Parts)
        {
            return false;
        }

        for (int i = 0; i < Parts; i++)
        {
            if (!GlobPattern.Matches(pattern[i], parts[i], ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }
}
