namespace TenantEncryption.Kms;

/// <summary>A grant that kms:CreateGrant shall make.</summary>
public sealed record NewKmsGrant
{
    /// <summary>Who gets the permission: the ARN of a user, role, assumed-role session, federated user or account.</summary>
    public required string GranteePrincipal { get; init; }

    /// <summary>Who may give the grant back; <see langword="null"/> for nobody in particular.</summary>
    public string? RetiringPrincipal { get; init; }

    /// <summary>The operations in KMS's words, such as <c>Decrypt</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>Pairs that the encryption context of a permitted call must have among others; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The encryption context that a permitted call must have, exactly; <see langword="null"/> for no such rule.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }

    /// <summary>A name, up to 256 characters; creating the same grant with the same name again makes no second one.</summary>
    public string? Name { get; init; }
}
