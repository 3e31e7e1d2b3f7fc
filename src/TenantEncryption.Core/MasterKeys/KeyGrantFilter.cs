namespace TenantEncryption.Grants;

/// <summary>Which grants of a key to list; what is <see langword="null"/> does not narrow.</summary>
public sealed record KeyGrantFilter
{
    /// <summary>The one with this id.</summary>
    public string? GrantId { get; init; }

    /// <summary>Those to this principal or service.</summary>
    public string? GranteePrincipal { get; init; }

    internal bool Lets(KeyGrant grant) =>
        (GrantId is null || grant.GrantId == GrantId) && (GranteePrincipal is null || grant.Grantee == GranteePrincipal);
}
