using TenantEncryption.Kms;

namespace TenantEncryption.Grants;

/// <summary>A grant on a customer master key: a permission for one principal beside the key policy, in one region.</summary>
public sealed record KeyGrant
{
    /// <summary>The grant's id.</summary>
    public required string GrantId { get; init; }

    /// <summary>
    /// Makes the grant usable at once, before it is known everywhere in KMS (API reference, CreateGrant). It is no secret. Only a grant that
    /// was just made has it.
    /// </summary>
    public string? GrantToken { get; init; }

    /// <summary>The ARN of the key.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The key's region, where alone the grant counts.</summary>
    public required string Region { get; init; }

    /// <summary>The tenant that it was made for, where that is known.</summary>
    public string? TenantId { get; init; }

    /// <summary>The name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>Who has the permission, where that is no service principal.</summary>
    public string? GranteePrincipal { get; init; }

    /// <summary>The AWS service that has the permission.</summary>
    public string? GranteeServicePrincipal { get; init; }

    /// <summary>Who has the permission, a principal or a service.</summary>
    public string? Grantee => GranteePrincipal ?? GranteeServicePrincipal;

    /// <summary>Who may give it back, where that is no service principal.</summary>
    public string? RetiringPrincipal { get; init; }

    /// <summary>The AWS service that may give it back.</summary>
    public string? RetiringServicePrincipal { get; init; }

    /// <summary>The account that made it.</summary>
    public string? IssuingAccount { get; init; }

    /// <summary>The operations in KMS's words, such as <c>Decrypt</c>.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Pairs that a permitted call's encryption context must have among others; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The encryption context that a permitted call must have, exactly; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }

    /// <summary>The ARN of the one resource on whose behalf a service may make a permitted call; <see langword="null"/> for no such rule.</summary>
    public string? SourceArn { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>How the key was reached.</summary>
    public KmsConnection Connection { get; init; } = new();

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? GrantId} for {Grantee ?? "somebody"} in {Region}";

    internal static KeyGrant Of(KmsGrant grant, KmsConnection connection) => new()
    {
        GrantId = grant.GrantId,
        KeyArn = grant.KeyArn,
        Region = connection.Region!,
        Name = string.IsNullOrEmpty(grant.Name) ? null : grant.Name,
        GranteePrincipal = grant.GranteePrincipal,
        GranteeServicePrincipal = grant.GranteeServicePrincipal,
        RetiringPrincipal = grant.RetiringPrincipal,
        RetiringServicePrincipal = grant.RetiringServicePrincipal,
        SourceArn = grant.SourceArn,
        IssuingAccount = grant.IssuingAccount,
        Operations = grant.Operations,
        EncryptionContextSubset = grant.EncryptionContextSubset,
        EncryptionContextEquals = grant.EncryptionContextEquals,
        CreatedAt = grant.CreatedAt,
        Connection = connection,
    };
}
