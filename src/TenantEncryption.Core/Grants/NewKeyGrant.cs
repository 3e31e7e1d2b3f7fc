using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Grants;

/// <summary>What grants on a customer master key are made from: one for each tenant and each region of the key.</summary>
public sealed record NewKeyGrant
{
    /// <summary>A key ARN, alias ARN, key id or alias name.</summary>
    public required string KeyId { get; init; }

    /// <summary>
    /// Who gets the permission: the ARN of a user, role, assumed-role session, federated user or account. It, or
    /// <see cref="GranteeServicePrincipal"/>.
    /// </summary>
    public string? GranteePrincipal { get; init; }

    /// <summary>The AWS service that gets the permission, such as <c>qbusiness.amazonaws.com</c>; it needs <see cref="SourceArn"/>.</summary>
    public string? GranteeServicePrincipal { get; init; }

    /// <summary>
    /// Who may give the grant back, a principal; <see langword="null"/> for what the platform asks for, and for a service the service itself.
    /// </summary>
    public string? RetiringPrincipal { get; init; }

    /// <summary>The AWS service that may give the grant back.</summary>
    public string? RetiringServicePrincipal { get; init; }

    /// <summary>The ARN of the one resource on whose behalf a service may use the key, such as an application of Amazon Q Business.</summary>
    public string? SourceArn { get; init; }

    /// <summary>The operations, such as <c>Decrypt</c> or <c>kms:Decrypt</c>; empty for those that the platform needs.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>
    /// For whom: a permitted call's encryption context must name the tenant. Without <see cref="Platform"/> they are the store's. Empty for grants that
    /// hold for any context.
    /// </summary>
    public IReadOnlyList<string> TenantIds { get; init; } = [];

    /// <summary>The platform whose grant it is; <see langword="null"/> for that of the tenants, else standalone.</summary>
    public PlatformProfile? Platform { get; init; }

    /// <summary>The name, 1 to 256 letters, digits and <c>: / _ -</c>; <see langword="null"/> for one that is made from the tenant.</summary>
    public string? Name { get; init; }

    /// <summary>Where and as whom to call; what it leaves open is that of the store's provider on the key, if there is one.</summary>
    public KmsConnection Connection { get; init; } = new();
}
