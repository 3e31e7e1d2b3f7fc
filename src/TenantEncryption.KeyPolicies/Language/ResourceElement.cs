namespace TenantEncryption.Policies;

/// <summary>The <c>Resource</c> or <c>NotResource</c> of a statement.</summary>
internal sealed class ResourceElement(IReadOnlyCollection<string> resources, bool negated, bool variables)
{
    private readonly PolicyValue[] _resources = [.. resources.Select(resource => new PolicyValue(resource, variables))];
    private readonly bool _anything = resources.Contains("*");

    public bool Matches(string resource, RequestContext context) => Lists(resource, context) != negated;

    private bool Lists(string resource, RequestContext context)
    {
        if (_anything)
        {
            return true;
        }

        foreach (PolicyValue value in _resources)
        {
            if (value.Resolve(context) is { } pattern && GlobPattern.Matches(pattern, resource, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
