using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TenantEncryption.Errors;

namespace TenantEncryption.Grants;

/// <summary>Names of grants (API reference, CreateGrant: Name). KMS makes no second grant of the same name and content.</summary>
internal static partial class GrantName
{
    private const string Prefix = "TenantEncryption";

    /// <summary>Checks a name.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static string Check(string name) => Pattern().IsMatch(name)
        ? name
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"'{name}' can't be the name of a grant: it has 1 to 256 letters, digits and the characters : / _ -.");

    /// <summary>The name of a tenant's grant, the same each time; a tenant id that no name can hold stands in it as a hash.</summary>
    public static string Of(string? tenantId)
    {
        if (tenantId is null)
        {
            return Prefix;
        }

        string name = $"{Prefix}:{tenantId}";
        return Pattern().IsMatch(name) ? name : $"{Prefix}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tenantId)))}";
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9:/_-]{1,256}\z")]
    private static partial Regex Pattern();
}
