using System.Collections.Frozen;

namespace TenantEncryption.Policies.Conditions;

/// <summary>StringEquals and its kin: the whole text, exactly or without regard to case.</summary>
internal sealed class StringTest : ValueTest
{
    private readonly FrozenSet<string> _constants;
    private readonly string? _single;
    private readonly PolicyValue[] _templates;
    private readonly StringComparer _comparer;

    private StringTest(FrozenSet<string> constants, PolicyValue[] templates, StringComparer comparer)
    {
        _constants = constants;
        _single = constants.Count == 1 ? constants.Items[0] : null;
        _templates = templates;
        _comparer = comparer;
    }

    public static StringTest Create(string[] values, bool variables, StringComparer comparer)
    {
        PolicyValue[] parsed = [.. values.Select(value => new PolicyValue(value, variables))];
        return new StringTest(
            parsed.Where(value => value.IsConstant).Select(value => value.ToString()).ToFrozenSet(comparer),
            [.. parsed.Where(value => !value.IsConstant)],
            comparer);
    }

    public override bool Matches(string value, RequestContext context)
    {
        if (_single is not null ? _comparer.Equals(_single, value) : _constants.Contains(value))
        {
            return true;
        }

        foreach (PolicyValue template in _templates)
        {
            if (template.Resolve(context) is { } text && _comparer.Equals(GlobPattern.Unescape(text), value))
            {
                return true;
            }
        }

        return false;
    }
}
