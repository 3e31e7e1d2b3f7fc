using System.Collections.Frozen;

namespace TenantEncryption.Policies;

/// <summary>The <c>Action</c> or <c>NotAction</c> of a statement. Actions are compared without regard to case.</summary>
internal sealed class ActionElement
{
    private readonly FrozenSet<string> _names;
    private readonly string[] _patterns;
    private readonly bool _negated;

    public ActionElement(IReadOnlyCollection<string> actions, bool negated)
    {
        _names = actions.Where(action => !GlobPattern.IsPattern(action)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _patterns = [.. actions.Where(GlobPattern.IsPattern)];
        _negated = negated;
        Names = actions;
    }

    /// <summary>The actions and patterns as the policy has them.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether it is NotAction.</summary>
    public bool Negated => _negated;

    public bool Matches(string action) => Lists(action) != _negated;

    private bool Lists(string action)
    {
        if (_names.Contains(action))
        {
            return true;
        }

        foreach (string pattern in _patterns)
        {
            if (GlobPattern.Matches(pattern, action, ignoreCase: true))
            {
                return true;
            }
        }

        return false;
    }
}
