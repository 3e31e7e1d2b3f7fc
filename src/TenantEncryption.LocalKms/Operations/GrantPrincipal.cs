using System.Text.RegularExpressions;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The members of grant requests that name a principal, a service or a resource.</summary>
internal static partial class GrantPrincipal
{
    private const int LongestService = 128;
    private const int ShortestArn = 20;
    private const int LongestArn = 512;

    /// <summary>
    /// Whether a service makes the call, for itself or for the caller. Such calls alone may name a service as a principal: everybody else names
    /// it in the members for services (Developer Guide, "Grants in AWS KMS": "the grantee principal cannot be a service principal").
    /// </summary>
    public static bool IsForService(Caller caller) => caller.Principal.IsService || caller.Context.ContainsKey("kms:ViaService");

    /// <summary>A member that names an account, user, role, session or federated user, or <see langword="null"/> where it is missing.</summary>
    /// <exception cref="KmsError">InvalidArnException.</exception>
    public static string? Iam(OperationCall call, string member)
    {
        if (call.Request.Text(member) is not { } name)
        {
            return null;
        }

        try
        {
            return !PolicyPrincipal.Parse(name).IsService || IsForService(call.Caller) ? name : throw KmsErrors.InvalidArn($"Invalid principal {name}");
        }
        catch (TenantEncryptionException)
        {
            throw KmsErrors.InvalidArn($"Invalid principal {name}");
        }
    }

    /// <summary>A member that names a service, or <see langword="null"/> where it is missing.</summary>
    /// <exception cref="KmsError">ValidationException.</exception>
    public static string? Service(RequestFields request, string member) => request.Text(member) is not { } name ? null
        : name.Length > LongestService
            ? throw KmsErrors.Constraint(name, member, $"Member must have length less than or equal to {LongestService}")
        : ServiceName().IsMatch(name) ? name
        : throw KmsErrors.Constraint(name, member, $"Member must satisfy regular expression pattern: {ServicePattern}");

    /// <summary>
    /// A filter for a service, which services alone may use (API reference, ListGrants and ListRetirableGrants). AWS documents no error for
    /// others; here they are denied.
    /// </summary>
    /// <exception cref="KmsError">ValidationException, or AccessDeniedException.</exception>
    public static string? ServiceFilter(OperationCall call, string member, string other)
    {
        string? name = Service(call.Request, member);
        return name is not null && call.Request.Has(other) ? throw KmsErrors.Validation($"You can specify either {other} or {member}, but not both.")
            : name is not null && !call.Caller.Principal.IsService
                ? throw KmsErrors.AccessDenied($"User: {call.Caller.Arn} is not authorized to use the {member} filter: only service principals are.")
            : name;
    }

    /// <summary>The constraint <c>SourceArn</c>, or <see langword="null"/> where it is missing.</summary>
    /// <exception cref="KmsError">ValidationException.</exception>
    public static string? SourceArn(RequestFields constraints)
    {
        const string Member = "SourceArn";
        return constraints.Text(Member) is not { } arn ? null
            : arn.Length < ShortestArn
                ? throw KmsErrors.Constraint(arn, Member, $"Member must have length greater than or equal to {ShortestArn}")
            : arn.Length > LongestArn ? throw KmsErrors.Constraint(arn, Member, $"Member must have length less than or equal to {LongestArn}")
            : Arn().IsMatch(arn) ? arn
            : throw KmsErrors.Constraint(arn, Member, $"Member must satisfy regular expression pattern: {ArnPattern}");
    }

    private const string ServicePattern = @"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$";

    private const string ArnPattern = "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$";

    [GeneratedRegex(ServicePattern)]
    private static partial Regex ServiceName();

    [GeneratedRegex(ArnPattern)]
    private static partial Regex Arn();
}
