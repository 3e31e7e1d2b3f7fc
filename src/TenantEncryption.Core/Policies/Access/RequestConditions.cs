using System.Globalization;

namespace TenantEncryption.Policies.Access;

/// <summary>
/// The condition keys that are known of a request before it is made (IAM User Guide, "AWS global condition context keys"; AWS KMS
/// Developer Guide, "AWS KMS condition keys"). What isn't known, such as the caller's address, the request lacks: a Deny of all but one's
/// own network then applies, as it would to a platform.
/// </summary>
public static class RequestConditions
{
    private const string ViaService = "kms:ViaService";

    /// <summary>The condition keys of a request for a symmetric key.</summary>
    /// <param name="principal">Who asks.</param>
    /// <param name="action">The action.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="encryptionContext">The pairs of the request.</param>
    /// <param name="others">Further condition keys; they win.</param>
    /// <param name="time">When it is made.</param>
    /// <returns>The condition keys.</returns>
    public static RequestContext Of(
        PolicyPrincipal principal,
        string action,
        string keyArn,
        IReadOnlyDictionary<string, string> encryptionContext,
        IReadOnlyDictionary<string, string> others,
        DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(others);
        string[] arn = keyArn.Split(':', 6);
        bool viaService = others.Keys.Contains(ViaService, StringComparer.OrdinalIgnoreCase);
        RequestContext context = new RequestContext()
            .Set("aws:PrincipalArn", principal.PrincipalArn)
            .Set("aws:PrincipalIsAWSService", principal.IsService)
            .Set("aws:ViaAWSService", viaService)
            .Set("aws:SecureTransport", true)
            .Set("aws:CurrentTime", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            .Set("aws:EpochTime", time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .Set("kms:KeySpec", "SYMMETRIC_DEFAULT")
            .Set("kms:KeyUsage", "ENCRYPT_DECRYPT")
            .Set("kms:KeyOrigin", "AWS_KMS");
        if (arn is [_, _, _, var region, var account, var resource])
        {
            context.Set("aws:RequestedRegion", region)
                .Set("aws:ResourceAccount", account)
                .Set("kms:MultiRegion", resource.StartsWith("key/mrk-", StringComparison.Ordinal));
        }

        if (principal.Account is { } caller)
        {
            context.Set("aws:PrincipalAccount", caller).Set("kms:CallerAccount", caller)
                .Set("aws:PrincipalType", principal.IsAccountRoot ? "Account" : principal.RoleArn is null ? "User" : "AssumedRole");
        }

        if (KmsActions.TakesEncryptionContext(action) && !action.Contains("Grant", StringComparison.OrdinalIgnoreCase))
        {
            context.Set("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
        }

        if (viaService && action.Contains("Grant", StringComparison.OrdinalIgnoreCase))
        {
            context.Set("kms:GrantIsForAWSResource", true);
        }

        foreach ((string key, string value) in others)
        {
            context.Set(key, value);
        }

        return context.SetEncryptionContext(encryptionContext);
    }
}
