namespace TenantEncryption.Providers;

/// <summary>
/// What to change of a key provider. What is <see langword="null"/> stays; an empty text takes a value away. The key is fixed: another one is another provider,
/// to which the tenant's keys are moved.
/// </summary>
public sealed record KeyProviderUpdate
{
    /// <summary>The name, unique for the tenant ignoring the case of ASCII letters.</summary>
    public string? Name { get; init; }

    /// <summary>A note for people.</summary>
    public string? Description { get; init; }

    /// <summary>The AWS region to call: that of the key's ARN, and no other.</summary>
    public string? Region { get; init; }

    /// <summary>The AWS profile of the shared configuration and credentials files.</summary>
    public string? ProfileName { get; init; }

    /// <summary>The KMS endpoint, for a local KMS or a VPC endpoint.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>The role to assume for the calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Whether AWS's FIPS endpoints are called.</summary>
    public bool? FipsEndpoints { get; init; }

    internal bool IsOfConnection =>
        Region is not null || ProfileName is not null || EndpointUrl is not null || RoleArn is not null || ExternalId is not null || FipsEndpoints is not null;
}
