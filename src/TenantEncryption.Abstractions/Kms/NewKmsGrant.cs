namespace TenantEncryption.Kms;

/// <summary>A grant that kms:CreateGrant shall make.</summary>
public sealed record NewKmsGrant
{
    /// <summary>
    /// Who gets the permission: the ARN of a user, role, assumed-role session, federated user or account. It, or
    /// <see cref="GranteeServicePrincipal"/>.
    /// </summary>
    public string? GranteePrincipal { get; init; }

    /// <summary>The service principal that gets the permission. KMS takes it only with <see cref="SourceArn"/> and a retiring principal.</summary>
    public string? GranteeServicePrincipal { get; init; }

    /// <summary>Who gets the permission, a principal or a service.</summary>
    public string? Grantee => GranteePrincipal ?? GranteeServicePrincipal;

    /// <summary>Who may give the grant back, a principal; <see langword="null"/> for nobody in particular.</summary>
    public string? RetiringPrincipal { get; init; }

    /// <summary>Who may give the grant back, a service principal.</summary>
    public string? RetiringServicePrincipal { get; init; }

    /// <summary>The ARN of the one resource on whose behalf a service may make a permitted call; <see langword="null"/> for no such rule.</summary>
    public string? SourceArn { get; init; }

    /// <summary>The operations in KMS's words, such as <c>Decrypt</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>Pairs that the encryption context of a permitted call must have among others; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The encryption context that a permitted call must have, exactly; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }

    /// <summary>A name, up to 256 characters; creating the same grant with the same name again makes no second one.</summary>
    public string? Name { get; init; }
}
