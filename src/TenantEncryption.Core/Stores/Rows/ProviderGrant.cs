namespace TenantEncryption.Providers;

/// <summary>A grant without which a provider's key is not used: what the platform's service has its permission by.</summary>
public sealed record ProviderGrant
{
    /// <summary>The grant's id.</summary>
    public required string GrantId { get; init; }

    /// <summary>The ARN of the key in the grant's region, where alone it counts.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The tenant that it was made for; of a child's grants those that it inherited are its parent's.</summary>
    public required string TenantId { get; init; }

    /// <summary>Who has the permission: a principal's ARN, or the name of a service such as <c>qbusiness.amazonaws.com</c>.</summary>
    public required string GranteePrincipal { get; init; }

    /// <summary>The key's region.</summary>
    public string Region => KeyArn.Split(':')[3];

    /// <inheritdoc/>
    public override string ToString() => $"{GrantId} for {GranteePrincipal} in {Region}";
}
