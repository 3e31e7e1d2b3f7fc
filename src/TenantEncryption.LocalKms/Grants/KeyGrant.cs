using System.Text.Json.Serialization;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Grants;

/// <summary>A grant on a key.</summary>
internal sealed record KeyGrant
{
    private PolicyGrant? _rule;

    /// <summary>64 hexadecimal digits.</summary>
    public required string GrantId { get; init; }

    public required string KeyArn { get; init; }

    public string Name { get; init; } = "";

    public required DateTimeOffset Created { get; init; }

    /// <summary>When the grant decides without its token; until then it is still spreading.</summary>
    public required DateTimeOffset EffectiveAt { get; init; }

    /// <summary>When a revoked or retired grant ceases to decide; <see langword="null"/> while it is in force.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Who has the permission, unless <see cref="GranteeServicePrincipal"/> has it.</summary>
    public string? GranteePrincipal { get; init; }

    public string? GranteeServicePrincipal { get; init; }

    public string? RetiringPrincipal { get; init; }

    public string? RetiringServicePrincipal { get; init; }

    /// <summary>The constraint <c>SourceArn</c>: on behalf of which resource a service may call.</summary>
    public string? SourceArn { get; init; }

    /// <summary>The account whose permission made the grant, as the ARN of its root.</summary>
    public required string IssuingAccount { get; init; }

    public required string[] Operations { get; init; }

    public Dictionary<string, string>? EncryptionContextEquals { get; init; }

    public Dictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>What the policy simulator reads of it.</summary>
    [JsonIgnore]
    public PolicyGrant Rule => _rule ??= new PolicyGrant
    {
        GrantId = GrantId,
        GranteePrincipal = GranteeServicePrincipal ?? GranteePrincipal!,
        Operations = Operations,
        EncryptionContextEquals = EncryptionContextEquals,
        EncryptionContextSubset = EncryptionContextSubset,
        SourceArn = SourceArn,
    };

    /// <summary>Whether two requests made the same grant, so that one is a retry of the other.</summary>
    public bool IsSameAs(KeyGrant other) => Name.Length > 0
        && (KeyArn, Name) == (other.KeyArn, other.Name)
        && (GranteePrincipal, GranteeServicePrincipal) == (other.GranteePrincipal, other.GranteeServicePrincipal)
        && (RetiringPrincipal, RetiringServicePrincipal) == (other.RetiringPrincipal, other.RetiringServicePrincipal)
        && SourceArn == other.SourceArn
        && Operations.Order(StringComparer.Ordinal).SequenceEqual(other.Operations.Order(StringComparer.Ordinal))
        && SamePairs(EncryptionContextEquals, other.EncryptionContextEquals)
        && SamePairs(EncryptionContextSubset, other.EncryptionContextSubset);

    private static bool SamePairs(Dictionary<string, string>? left, Dictionary<string, string>? right) =>
        Sorted(left).SequenceEqual(Sorted(right));

    private static IEnumerable<KeyValuePair<string, string>> Sorted(Dictionary<string, string>? pairs) =>
        (pairs ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal);
}
