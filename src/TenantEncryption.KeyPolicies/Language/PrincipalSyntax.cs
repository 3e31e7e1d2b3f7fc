using System.Text.RegularExpressions;

namespace TenantEncryption.Policies;

/// <summary>The forms that a principal may have in a policy.</summary>
internal static partial class PrincipalSyntax
{
    /// <summary>What to do about a name that is none.</summary>
    public const string Remedy = "Give an ARN such as arn:aws:iam::111122223333:role/Admin, with a twelve-digit account.";

    /// <summary>An account, user, role, session or federated user, the unique id of one that was deleted, or <c>*</c>.</summary>
    public static bool IsAws(string name) =>
        name == "*" || PrincipalElement.IsAccountId(name) || AwsArn().IsMatch(name) || UniqueId().IsMatch(name);

    /// <summary>
    /// The unique id of a user or role, such as <c>AROA…</c>: what KMS shows where a policy named one that was deleted since.
    /// </summary>
    public static bool IsUniqueId(string name) => UniqueId().IsMatch(name);

    /// <summary>A service such as <c>qbusiness.amazonaws.com</c>.</summary>
    public static bool IsService(string name) => Service().IsMatch(name);

    [GeneratedRegex(@"^arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/-]+)|sts::[0-9]{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))$")]
    private static partial Regex AwsArn();

    [GeneratedRegex("^A[A-Z]{3}[A-Z0-9]{12,124}$")]
    private static partial Regex UniqueId();

    [GeneratedRegex(@"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$")]
    private static partial Regex Service();
}
