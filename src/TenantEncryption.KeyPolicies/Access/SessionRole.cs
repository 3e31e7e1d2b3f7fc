using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Access;

/// <summary>
/// The role of a session, whose ARN has the role's name without its path. Where a policy names a role of that name and account with its path,
/// it is that one: an account's role names are unique (IAM User Guide, "IAM name requirements").
/// </summary>
internal static class SessionRole
{
    // IAM Identity Center User Guide, "Referencing permission sets in resource policies": the roles of permission sets.
    private const string PermissionSetPrefix = "AWSReservedSSO_";

    /// <summary>Reads a principal of which policies may tell the role's path.</summary>
    /// <param name="principal">The ARN or service name.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <returns>The principal.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>: it is no principal.</exception>
    public static PolicyPrincipal Parse(string principal, IEnumerable<PolicyDocument> policies, string keyArn)
    {
        string[] key = keyArn.Split(':');
        var plain = PolicyPrincipal.Parse(principal, partition: key[1]);
        if (plain.RoleNames is not [var role, var sessions])
        {
            return plain;
        }

        string? path = policies.SelectMany(policy => policy.Statements).SelectMany(Named).FirstOrDefault(name => PolicyPrincipal.SessionsOf(name) == sessions);
        string name = role[(role.LastIndexOf('/') + 1)..];
        path ??= name.StartsWith(PermissionSetPrefix, StringComparison.Ordinal)
            ? $"{role[..^name.Length]}aws-reserved/sso.amazonaws.com/{key[3]}/{name}"
            : null;
        return path is null ? plain : PolicyPrincipal.Parse(principal, path);
    }

    private static IEnumerable<string> Named(PolicyStatement statement) =>
        (statement.Principal?.Names ?? []).Concat(statement.Conditions
            .Where(condition => condition.Operator.Comparison is Comparison.Arn or Comparison.String or Comparison.StringLike or Comparison.StringIgnoreCase)
            .SelectMany(condition => condition.Values)
            .Where(value => !GlobPattern.IsPattern(value)));
}
