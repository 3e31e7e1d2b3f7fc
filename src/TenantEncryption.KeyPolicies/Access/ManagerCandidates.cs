namespace TenantEncryption.Policies.Access;

/// <summary>Who of a key's account might change its policy: the root user, those whom the policy names, and those whom conditions on the caller's ARN mean.</summary>
internal static class ManagerCandidates
{
    private const string PrincipalArn = "aws:PrincipalArn";

    public static IEnumerable<PolicyPrincipal> Of(PolicyDocument policy, string keyArn)
    {
        string[] key = keyArn.Split(':');
        (string partition, string account) = (key[1], key[4]);
        IEnumerable<string> named = policy.Statements.SelectMany(statement => statement.Principal!.Names);
        IEnumerable<string> meant = policy.Statements.SelectMany(statement => statement.Conditions)
            .Where(condition => condition.Key.Equals(PrincipalArn, StringComparison.OrdinalIgnoreCase))
            .SelectMany(condition => condition.Values)
            .Select(value => Example(value, partition, account));
        return named.Concat(meant).Prepend($"arn:{partition}:iam::{account}:root")
            .Distinct(StringComparer.Ordinal)
            .Where(name => PrincipalSyntax.IsAws(name) && name.Split(':') is [_, _, _, _, var owner, ..] && owner == account)
            .Select(name => PolicyPrincipal.Parse(name));
    }

    /// <summary>An ARN that a pattern means; a role's, where the pattern does not say.</summary>
    private static string Example(string pattern, string partition, string account) => pattern.Split(':', 6) is ["arn", _, var service, _, var owner, var resource]
        ? $"arn:{partition}:{Literal(service, "iam")}::{Literal(owner, account)}:{resource.Replace('*', 'x').Replace('?', 'x')}"
        : $"arn:{partition}:iam::{account}:role/{NameOf(pattern)}";

    private static string NameOf(string pattern)
    {
        string end = pattern[(pattern.LastIndexOf(':') + 1)..].Replace("*", "", StringComparison.Ordinal).Replace('?', 'x');
        return end.StartsWith("role/", StringComparison.Ordinal) ? end["role/".Length..] : end.TrimStart('/');
    }

    private static string Literal(string part, string instead) => GlobPattern.IsPattern(part) ? instead : part;
}
