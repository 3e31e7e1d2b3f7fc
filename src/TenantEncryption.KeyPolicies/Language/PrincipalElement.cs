using System.Collections.Frozen;

namespace TenantEncryption.Policies;

/// <summary>The <c>Principal</c> or <c>NotPrincipal</c> of a statement.</summary>
internal sealed class PrincipalElement
{
    /// <summary>Before the names of services; those of other kinds can't be mistaken for an ARN.</summary>
    public const string ServicePrefix = "service:";

    private readonly PolicyEffect _effect;

    public PrincipalElement(IEnumerable<string> names, bool negated, PolicyEffect effect)
    {
        Names = names.ToFrozenSet(StringComparer.Ordinal);
        string[] sessions = [.. Names.Select(PolicyPrincipal.SessionsOf).OfType<string>()];
        Keys = sessions.Length == 0 ? Names : Names.Concat(sessions).ToFrozenSet(StringComparer.Ordinal);
        Anyone = Names.Contains("*");
        Negated = negated;
        _effect = effect;
    }

    /// <summary>The names as the policy has them.</summary>
    public FrozenSet<string> Names { get; }

    /// <summary>The names, and what means the sessions of a role whose path their ARN lacks: see <see cref="PolicyPrincipal.SessionsOf(string)"/>.</summary>
    public FrozenSet<string> Keys { get; }

    /// <summary>Whether it is <c>*</c>.</summary>
    public bool Anyone { get; }

    /// <summary>Whether it is NotPrincipal.</summary>
    public bool Negated { get; }

    public static bool IsAccountId(string text) => text.Length == 12 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    public PrincipalMatch Match(PolicyPrincipal principal)
    {
        if (Negated)
        {
            return (_effect == PolicyEffect.Deny ? IsExempt(principal) : IsNamed(principal)) ? PrincipalMatch.None : PrincipalMatch.Direct;
        }

        if (Anyone || Array.Exists(principal.Names, Keys.Contains))
        {
            return PrincipalMatch.Direct;
        }

        return !Array.Exists(principal.AccountNames, Keys.Contains) ? PrincipalMatch.None
            : principal.IsAccountRoot ? PrincipalMatch.Direct
            : PrincipalMatch.Account;
    }

    // IAM User Guide, "NotPrincipal with Allow": all are let in but those that are named, be it by their role or account.
    private bool IsNamed(PolicyPrincipal principal) =>
        Anyone || Array.Exists(principal.Names, Keys.Contains) || Array.Exists(principal.AccountNames, Keys.Contains);

    // "NotPrincipal with Deny": who is to be exempt must be listed with the account, and a session with its role too.
    private bool IsExempt(PolicyPrincipal principal) => Anyone
        || (Array.Exists(principal.OwnNames, Keys.Contains)
            && (principal.RoleNames.Length == 0 || Array.Exists(principal.RoleNames, Keys.Contains))
            && (principal.IsService || Array.Exists(principal.AccountNames, Keys.Contains)));
}
