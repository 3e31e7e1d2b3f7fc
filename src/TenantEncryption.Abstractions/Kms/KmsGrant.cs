namespace TenantEncryption.Kms;

/// <summary>A grant on a key (kms:ListGrants).</summary>
public sealed record KmsGrant
{
    /// <summary>The grant's id.</summary>
    public required string GrantId { get; init; }

    /// <summary>The ARN of the key.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>Who has the permission, where that is no service principal. Of the grants that services make for themselves KMS shows the service here.</summary>
    public string? GranteePrincipal { get; init; }

    /// <summary>The service principal that has the permission, such as <c>qbusiness.amazonaws.com</c>.</summary>
    public string? GranteeServicePrincipal { get; init; }

    /// <summary>Who has the permission, a principal or a service.</summary>
    public string? Grantee => GranteePrincipal ?? GranteeServicePrincipal;

    /// <summary>Who may give it back, where that is no service principal.</summary>
    public string? RetiringPrincipal { get; init; }

    /// <summary>The service principal that may give it back.</summary>
    public string? RetiringServicePrincipal { get; init; }

    /// <summary>The account that made it.</summary>
    public string? IssuingAccount { get; init; }

    /// <summary>The operations in KMS's words, such as <c>Decrypt</c>.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Pairs that a permitted call's encryption context must have; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The encryption context that a permitted call must have, exactly; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }

    /// <summary>The ARN of the one resource on whose behalf a service may make a permitted call; <see langword="null"/> for no such rule.</summary>
    public string? SourceArn { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}
