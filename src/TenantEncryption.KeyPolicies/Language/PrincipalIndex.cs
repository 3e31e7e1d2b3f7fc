using System.Collections.Frozen;

namespace TenantEncryption.Policies;

/// <summary>
/// The statements of one effect by the principals that they name, so that a decision looks only at those that could mean the
/// caller: a 32 KiB key policy has hundreds.
/// </summary>
internal sealed class PrincipalIndex
{
    private readonly FrozenDictionary<string, PolicyStatement[]> _named;
    private readonly PolicyStatement[] _others;

    public PrincipalIndex(IEnumerable<PolicyStatement> statements)
    {
        PolicyStatement[] all = [.. statements];
        _others = [.. all.Where(statement => statement.Principal is null or { Negated: true } or { Anyone: true })];
        _named = all.Except(_others)
            .SelectMany(statement => statement.Principal!.Keys.Select(name => (name, statement)))
            .GroupBy(entry => entry.name, entry => entry.statement, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(statement => statement.Index).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>The first statement that means the caller directly and covers the request, else the first that means the account.</summary>
    public PolicyStatement? Find(AccessRequest request, out PrincipalMatch match)
    {
        PolicyPrincipal principal = request.Principal;
        match = PrincipalMatch.Direct;
        PolicyStatement? direct = null;
        foreach (PolicyStatement statement in _others)
        {
            if ((statement.Principal is null || statement.Principal.Match(principal) == PrincipalMatch.Direct) && statement.Covers(request))
            {
                direct = statement;
                break;
            }
        }

        foreach (string name in principal.Names)
        {
            direct = Earlier(direct, FindNamed(name, request));
        }

        PolicyStatement? account = null;
        foreach (string name in principal.AccountNames)
        {
            account = Earlier(account, FindNamed(name, request));
        }

        if (principal.IsAccountRoot)
        {
            direct = Earlier(direct, account);
        }

        if (direct is not null)
        {
            return direct;
        }

        match = account is null ? PrincipalMatch.None : PrincipalMatch.Account;
        return account;
    }

    private PolicyStatement? FindNamed(string name, AccessRequest request)
    {
        if (_named.TryGetValue(name, out PolicyStatement[]? statements))
        {
            foreach (PolicyStatement statement in statements)
            {
                if (statement.Covers(request))
                {
                    return statement;
                }
            }
        }

        return null;
    }

    private static PolicyStatement? Earlier(PolicyStatement? left, PolicyStatement? right) =>
        right is null || left?.Index < right.Index ? left : right;
}
