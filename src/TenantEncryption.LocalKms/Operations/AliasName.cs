using System.Text.RegularExpressions;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The name of an alias in requests that make, move or delete one.</summary>
internal static partial class AliasName
{
    /// <exception cref="KmsError">
    /// InvalidAliasNameException or ValidationException: it is none, or one that AWS keeps for itself.
    /// </exception>
    public static string Required(RequestFields request)
    {
        string name = request.RequiredText("AliasName");
        return !name.StartsWith(KeyArn.AliasPrefix, StringComparison.Ordinal) ? throw KmsErrors.Validation("Invalid identifier")
            : !Form().IsMatch(name) ? throw KmsErrors.Validation($"{name} contains invalid characters for an alias")
            : name.StartsWith("alias/aws/", StringComparison.Ordinal) ? throw new KmsError("NotAuthorizedException", $"{name} is reserved")
            : name.Length > 256 ? throw KmsErrors.Constraint(name, "AliasName", "Member must have length less than or equal to 256")
            : name;
    }

    [GeneratedRegex("^alias/[a-zA-Z0-9/_-]+$")]
    private static partial Regex Form();
}
