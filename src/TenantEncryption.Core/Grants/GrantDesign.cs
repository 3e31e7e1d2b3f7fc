using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Grants;

/// <summary>Designs one grant: what it permits, to whom, in which calls, and whether the key has it already.</summary>
internal static class GrantDesign
{
    /// <summary>Designs a grant.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="platform">The platform, whose rules fill in the rest.</param>
    /// <param name="tenant">For whom.</param>
    /// <param name="keyArn">The key in one of its regions.</param>
    /// <param name="connection">How that is reached.</param>
    /// <param name="existing">The key's grants, where they may be seen.</param>
    public static KeyGrantPlan Plan(
        NewKeyGrant request,
        PlatformProfile platform,
        GrantTenants.Entry tenant,
        string keyArn,
        KmsConnection connection,
        IReadOnlyList<KmsGrant>? existing)
    {
        bool namesRetiring = request.RetiringPrincipal is not null || request.RetiringServicePrincipal is not null;
        var grant = new NewKmsGrant
        {
            GranteePrincipal = request.GranteePrincipal,
            GranteeServicePrincipal = request.GranteeServicePrincipal,
            RetiringPrincipal = namesRetiring || platform.Grant?.RetiringPrincipal != true ? request.RetiringPrincipal : request.GranteePrincipal,

            // KMS takes no grant to a service without one (API reference, CreateGrant).
            RetiringServicePrincipal = namesRetiring ? request.RetiringServicePrincipal : request.GranteeServicePrincipal,
            SourceArn = request.SourceArn,
            Operations = OperationsOf(request, platform),
            EncryptionContextSubset = tenant.Context,
            Name = request.Name ?? GrantName.Of(tenant.TenantId),
        };
        List<string> warnings = [];
        if (tenant.Context is null)
        {
            warnings.Add($"The grant asks for no encryption context: {grant.Grantee} may use the key for every tenant. NewKeyGrant.TenantIds narrows it.");
        }

        if (existing?.Any(other => other.Name == grant.Name && other.Grantee == grant.Grantee
            && IsForSameContext(other, grant) && !IsSame(other, grant)) == true)
        {
            warnings.Add($"{keyArn} has another grant of the name {grant.Name}; both count. KeyGrantService.ListAsync shows them.");
        }

        return new KeyGrantPlan
        {
            KeyArn = keyArn,
            Region = connection.Region!,
            TenantId = tenant.TenantId,
            IsKnownTenant = tenant.IsKnown,
            Grant = grant,
            Exists = existing?.Any(other => IsSame(other, grant)),
            ExistingIds = existing?.Select(other => other.GrantId).ToArray(),
            Warnings = warnings,
            Connection = connection,
        };
    }

    private static List<string> OperationsOf(NewKeyGrant request, PlatformProfile platform)
    {
        IReadOnlyList<string> operations = request.Operations.Count > 0 ? request.Operations
            : platform.Grant is { } own ? own.Operations
            : [platform.ShareOperation.ToString(), "Decrypt", "DescribeKey"];
        return [.. operations.Select(name => name.StartsWith("kms:", StringComparison.OrdinalIgnoreCase) ? name["kms:".Length..] : name).Distinct(StringComparer.Ordinal)];
    }

    private static bool IsSame(KmsGrant grant, NewKmsGrant wanted) =>
        grant.Name == wanted.Name && grant.SourceArn == wanted.SourceArn
        && (grant.GranteePrincipal, grant.GranteeServicePrincipal) == (wanted.GranteePrincipal, wanted.GranteeServicePrincipal)
        && (grant.RetiringPrincipal, grant.RetiringServicePrincipal) == (wanted.RetiringPrincipal, wanted.RetiringServicePrincipal)
        && grant.Operations.Order(StringComparer.Ordinal).SequenceEqual(wanted.Operations.Order(StringComparer.Ordinal))
        && IsForSameContext(grant, wanted);

    private static bool IsForSameContext(KmsGrant grant, NewKmsGrant wanted) =>
        HasSamePairs(grant.EncryptionContextSubset, wanted.EncryptionContextSubset) && HasSamePairs(grant.EncryptionContextEquals, wanted.EncryptionContextEquals);

    private static bool HasSamePairs(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left ?? new Dictionary<string, string>()).All(pair => right!.TryGetValue(pair.Key, out string? value) && value == pair.Value);
}
