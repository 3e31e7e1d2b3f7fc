using TenantEncryption.Policies.Merging;

namespace TenantEncryption.Policies.Likeness;

/// <summary>Whether a name in a policy was meant as a principal: a slip of the pen, another partition, a user for a role.</summary>
internal static class PrincipalLikeness
{
    /// <summary>How near a name comes: 0 where it names the principal, <see langword="null"/> where it is somebody else.</summary>
    /// <param name="name">The name in the policy.</param>
    /// <param name="wanted">The ARN that the platform's statement has.</param>
    public static int? Distance(string name, string wanted)
    {
        if (name == wanted)
        {
            return 0;
        }

        string meant = VisibleText.Meant(name);
        if (meant.Equals(wanted, StringComparison.OrdinalIgnoreCase) || TextDistance.IsSlip(meant, wanted))
        {
            return TextDistance.Of(meant, wanted);
        }

        if (meant.Split(':', 6) is not ["arn", _, _, _, var account, var resource] || wanted.Split(':', 6) is not [_, _, _, _, var wantedAccount, var wantedResource])
        {
            return null;
        }

        string own = NameOf(resource), wantedName = NameOf(wantedResource);
        return own.Length == 0 || wantedName.Length == 0 ? null
            : own.Equals(wantedName, StringComparison.OrdinalIgnoreCase) ? 1 + TextDistance.Of(account, wantedAccount)
            : account == wantedAccount && TextDistance.IsSlip(own, wantedName) ? 1 + TextDistance.Of(own, wantedName)
            : null;
    }

    /// <summary>Whether a name is the account of a principal rather than the principal.</summary>
    public static bool IsAccountOf(string name, string wanted) =>
        wanted.Split(':') is ["arn", _, _, _, var account, not "root", ..] && StatementFacts.Principal(name) == $"account {account}";

    // The role of a session, the name of a user or role without its path: what people mix up.
    private static string NameOf(string resource) => resource.Split('/') switch
    {
        ["assumed-role", var role, ..] => role,
        [_, .., var name] => name,
        _ => "",
    };
}
