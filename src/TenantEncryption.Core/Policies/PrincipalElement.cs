using System.Collections.Frozen;

namespace TenantEncryption.Policies;

/// <summary>The <c>Principal</c> or <c>NotPrincipal</c> of a statement.</summary>
internal sealed class PrincipalElement
{
    /// <summary>Before the names of services; those of other kinds can't be mistaken for an ARN.</summary>
    public const string ServicePrefix = "service:";

    public PrincipalElement(IEnumerable<string> names, bool negated)
    {
        Names = names.ToFrozenSet(StringComparer.Ordinal);
        Anyone = Names.Contains("*");
        Negated = negated;
    }

    public FrozenSet<string> Names { get; }

    /// <summary>Whether it is <c>*</c>.</summary>
    public bool Anyone { get; }

    /// <summary>Whether it is NotPrincipal.</summary>
    public bool Negated { get; }

    public static bool IsAccountId(string text) => text.Length == 12 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    public PrincipalMatch Match(PolicyPrincipal principal)
    {
        if (Negated)
        {
            return IsExempt(principal) ? PrincipalMatch.None : PrincipalMatch.Direct;
        }

        if (Anyone || Array.Exists(principal.Names, Names.Contains))
        {
            return PrincipalMatch.Direct;
        }

        return !Array.Exists(principal.AccountNames, Names.Contains) ? PrincipalMatch.None
            : principal.IsAccountRoot ? PrincipalMatch.Direct
            : PrincipalMatch.Account;
    }

    // IAM User Guide, "NotPrincipal": who is to be exempt must be listed with the account, and a session with its role too.
    private bool IsExempt(PolicyPrincipal principal) => Anyone
        || (Array.TrueForAll(principal.Names, Names.Contains)
            && (principal.IsService || Array.Exists(principal.AccountNames, Names.Contains)));
}
