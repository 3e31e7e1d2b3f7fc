using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>One change of the state: a record put in the place of what was there, or taken away. One member is set.</summary>
internal sealed record Change
{
    public KmsKey? PutKey { get; init; }

    /// <summary>The ARN of the key to forget, with its grants.</summary>
    public string? DropKey { get; init; }

    /// <summary>The last use of a key.</summary>
    public KeyUsage? PutUsage { get; init; }

    public KeyAlias? PutAlias { get; init; }

    /// <summary>The ARN of the alias to forget.</summary>
    public string? DropAlias { get; init; }

    public KeyGrant? PutGrant { get; init; }

    /// <summary>The grant to forget.</summary>
    public KeyGrant? DropGrant { get; init; }

    public Principal? PutPrincipal { get; init; }

    /// <summary>The ARN of the principal to forget.</summary>
    public string? DropPrincipal { get; init; }

    /// <summary>The secret behind grant tokens and session tokens. It is put once.</summary>
    public byte[]? PutServiceSecret { get; init; }
}
