using System.Text.RegularExpressions;
using TenantEncryption.Errors;

namespace TenantEncryption.Grants;

/// <summary>
/// Who may be named in a grant, and on behalf of what: the rules of CreateGrant (API reference, CreateGrant and GrantConstraints), checked before
/// AWS is asked. ARNs of principals are left to KMS, which alone knows whether they exist.
/// </summary>
internal static partial class GrantPrincipals
{
    /// <summary>Checks the principals of a grant.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>; <c>INVALID_ARN</c> of the source.</exception>
    public static void Check(NewKeyGrant request)
    {
        bool isService = !string.IsNullOrWhiteSpace(request.GranteeServicePrincipal);
        if (string.IsNullOrWhiteSpace(request.GranteePrincipal) == !isService)
        {
            throw Invalid(isService
                ? "A grant has one grantee: a principal (GranteePrincipal) or a service (GranteeServicePrincipal), not both."
                : "A grant needs a grantee: the ARN of who gets the permission (GranteePrincipal), or the name of an AWS service (GranteeServicePrincipal).");
        }

        if (request.RetiringPrincipal is not null && request.RetiringServicePrincipal is not null)
        {
            throw Invalid("A grant has one retiring principal: a principal (RetiringPrincipal) or a service (RetiringServicePrincipal), not both.");
        }

        CheckService(request.GranteeServicePrincipal);
        CheckService(request.RetiringServicePrincipal);
        if (isService && request.SourceArn is null)
        {
            throw Invalid(
                $"A grant to the service {request.GranteeServicePrincipal} needs the resource on whose behalf it may use the key: SourceArn, such as the ARN of an application environment.");
        }

        if (request.SourceArn is { } source && !SourceArn().IsMatch(source))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidArn,
                $"'{source}' is not the ARN of a resource.",
                remedy: "Give the whole ARN of one resource with its twelve-digit account, such as arn:aws:qbusiness:us-east-1:111122223333:application/1234abcd-12ab-34cd-56ef-1234567890ab.");
        }
    }

    private static void CheckService(string? name)
    {
        if (name is not null && !Service().IsMatch(name))
        {
            throw Invalid($"'{name}' is not the name of a service, such as qbusiness.amazonaws.com.");
        }
    }

    private static TenantEncryptionException Invalid(string detail) => new(ErrorCodes.InvalidInput, detail);

    // API reference, CreateGrant: GranteeServicePrincipal.
    [GeneratedRegex(@"\A(?=.{1,128}\z)[A-Za-z0-9-]+\.[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\z")]
    private static partial Regex Service();

    // API reference, GrantConstraints: SourceArn.
    [GeneratedRegex(@"\A(?=.{20,512}\z)arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+\z")]
    private static partial Regex SourceArn();
}
