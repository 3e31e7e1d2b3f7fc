using TenantEncryption.Errors;

namespace TenantEncryption.Policies;

/// <summary>Who makes a request: an account's root user, a user, a role or a session of it, a federated user, or an AWS service.</summary>
public sealed class PolicyPrincipal
{
    private const string RolePrefix = "role/";

    private PolicyPrincipal(string arn, string? account, string[] roleNames, string? uniqueId)
    {
        Arn = arn;
        Account = account;
        RoleArn = roleNames is [var role, ..] ? role : null;
        if (account is null)
        {
            Names = [PrincipalElement.ServicePrefix + arn];
            OwnNames = Names;
            RoleNames = AccountNames = [];
            return;
        }

        string rootArn = $"arn:{arn.Split(':')[1]}:iam::{account}:root";
        AccountNames = [account, rootArn];
        IsAccountRoot = arn == rootArn;
        string[] ids = uniqueId is null ? [] : [uniqueId];
        RoleNames = roleNames.Length == 0 ? [] : [.. roleNames, .. ids];
        OwnNames = RoleArn == arn ? RoleNames : RoleArn is null ? [arn, .. ids] : [arn];
        Names = RoleArn == arn ? RoleNames : [.. OwnNames, .. RoleNames];
    }

    /// <summary>The ARN as GetCallerIdentity gives it, or the name of a service such as <c>qbusiness.amazonaws.com</c>.</summary>
    public string Arn { get; }

    /// <summary>The twelve digits of the account; <see langword="null"/> for a service.</summary>
    public string? Account { get; }

    /// <summary>The role that a session belongs to; <see langword="null"/> for others.</summary>
    public string? RoleArn { get; }

    /// <summary>Whether it is the root user of its account.</summary>
    public bool IsAccountRoot { get; }

    /// <summary>Whether it is an AWS service that calls for itself.</summary>
    public bool IsService => Account is null;

    /// <summary>Whether it is a federated user, who has a session without a role (GetFederationToken).</summary>
    public bool IsFederatedUser => Arn.Contains(":federated-user/", StringComparison.Ordinal);

    /// <summary>What <c>aws:PrincipalArn</c> is: for a session, the role.</summary>
    public string PrincipalArn => RoleArn ?? Arn;

    /// <summary>The names by which a policy means this principal alone, or the role it is a session of.</summary>
    internal string[] Names { get; }

    /// <summary>Of <see cref="Names"/>, those of the principal itself.</summary>
    internal string[] OwnNames { get; }

    /// <summary>Of <see cref="Names"/>, those of the role that a session belongs to.</summary>
    internal string[] RoleNames { get; }

    /// <summary>The names by which a policy means the whole account.</summary>
    internal string[] AccountNames { get; }

    /// <summary>Reads a principal from its ARN or its service name.</summary>
    /// <param name="name">
    /// <c>arn:…:iam::account:root</c>, <c>…:user/name</c>, <c>…:role/name</c> (any session of it),
    /// <c>arn:…:sts::account:assumed-role/role/session</c>,
    /// <c>…:federated-user/name</c>, the twelve digits of an account (its root user), or a service name such as <c>s3.amazonaws.com</c>.
    /// </param>
    /// <param name="roleArn">
    /// For a session of a role with a path, the role's ARN: the session's ARN lacks the path. Without it the session is taken to be one of
    /// the role of that name, whatever its path; the names of an account's roles are unique (IAM User Guide, "IAM name requirements").
    /// </param>
    /// <param name="uniqueId">The unique id that policies may name it by, such as <c>AROA…</c>.</param>
    /// <param name="partition">The partition of an account that is given by its digits.</param>
    /// <returns>The principal.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>: it is none of these.</exception>
    public static PolicyPrincipal Parse(string name, string? roleArn = null, string? uniqueId = null, string partition = "aws")
    {
        ArgumentNullException.ThrowIfNull(name);
        if (PrincipalElement.IsAccountId(name))
        {
            return new PolicyPrincipal($"arn:{partition}:iam::{name}:root", name, roleNames: [], uniqueId: null);
        }

        return name.Split(':', 6) switch
        {
            ["arn", _, "iam", "", var account, var resource] when PrincipalElement.IsAccountId(account) && IsIamResource(resource) =>
                new PolicyPrincipal(name, account, resource.StartsWith(RolePrefix, StringComparison.Ordinal) ? [name] : [], uniqueId),
            ["arn", var own, "sts", "", var account, var resource] when PrincipalElement.IsAccountId(account) =>
                resource.Split('/') switch
                {
                    ["assumed-role", var role, not ""] => new PolicyPrincipal(
                        name, account, roleArn is not null ? [roleArn] : [$"arn:{own}:iam::{account}:{RolePrefix}{role}", SessionsOf(own, account, role)], uniqueId),
                    ["federated-user", not ""] => new PolicyPrincipal(name, account, roleNames: [], uniqueId),
                    _ => throw NotAPrincipal(name),
                },
            [var service] when service.EndsWith(".amazonaws.com", StringComparison.Ordinal)
                || service.EndsWith(".amazonaws.com.cn", StringComparison.Ordinal) =>
                new PolicyPrincipal(name, account: null, roleNames: [], uniqueId: null),
            _ => throw NotAPrincipal(name),
        };
    }

    /// <summary>What stands for all sessions of a role of a name, where a policy names one with a path.</summary>
    /// <param name="name">A name in a policy.</param>
    /// <returns>One of the <see cref="Names"/> of a session whose role's path is not known; <see langword="null"/> for what is no role with a path.</returns>
    internal static string? SessionsOf(string name)
    {
        int at = name.IndexOf($":{RolePrefix}", StringComparison.Ordinal);
        int last = name.LastIndexOf('/');
        return at < 0 || last == at + RolePrefix.Length || name.Split(':', 6) is not ["arn", var partition, "iam", "", var account, _]
            ? null
            : SessionsOf(partition, account, name[(last + 1)..]);
    }

    /// <summary>Whether a name in a policy or grant means this principal, or the role it is a session of.</summary>
    internal bool IsNamed(string name) => Array.IndexOf(Names, name) >= 0 || (SessionsOf(name) is { } sessions && Array.IndexOf(Names, sessions) >= 0);

    // The ARN of a session without the session's name, which is nobody's ARN.
    private static string SessionsOf(string partition, string account, string role) => $"arn:{partition}:sts::{account}:assumed-role/{role}/";

    /// <summary>Whether an ARN or account id names this principal's account as a whole.</summary>
    /// <param name="name">The ARN of an account's root or its twelve digits; <see langword="null"/> names none.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public bool AccountIs(string? name) => name is not null && Array.IndexOf(AccountNames, name) >= 0;

    /// <summary>Whether it is a session of a role. Where the role's path is not known, it is one of every role of its name.</summary>
    /// <param name="roleArn">The role's ARN.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool IsSessionOf(string roleArn)
    {
        ArgumentNullException.ThrowIfNull(roleArn);
        return RoleArn != Arn && Array.Exists(RoleNames, name => name == roleArn || name == SessionsOf(roleArn));
    }

    /// <inheritdoc/>
    public override string ToString() => Arn;

    private static bool IsIamResource(string resource) => resource == "root"
        || resource.StartsWith("user/", StringComparison.Ordinal)
        || resource.StartsWith(RolePrefix, StringComparison.Ordinal);

    private static TenantEncryptionException NotAPrincipal(string name) => new(
        ErrorCodes.InvalidArn,
        $"'{name}' is not an account, user, role, session, federated user or service that can make a request.",
        remedy: PrincipalSyntax.Remedy);
}
