namespace TenantEncryption.Kms;

/// <summary>
/// How to reach AWS KMS for a provider: where, and as whom. It is stored with the provider and holds no secret.
/// What is <see langword="null"/> comes from the AWS SDK's default chain.
/// </summary>
public sealed record KmsConnection
{
    /// <summary>The AWS region to call, such as <c>eu-west-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The AWS profile of the shared configuration and credentials files (SSO profiles too).</summary>
    public string? ProfileName { get; init; }

    /// <summary>The KMS endpoint, for a local KMS or a VPC endpoint. Plain http is accepted for loopback addresses only.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>
    /// Whether AWS's FIPS endpoints are called, as the platform has it; <see langword="null"/> for them in AWS GovCloud (US) alone. An endpoint of one's own
    /// is called as it is.
    /// </summary>
    public bool? FipsEndpoints { get; init; }

    /// <summary>The role to assume for the calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    public string? ExternalId { get; init; }

    /// <summary>
    /// This connection, with what it leaves open taken from another one. Profile, role and external id say together as whom to call: where
    /// one of them is given, none is taken.
    /// </summary>
    /// <param name="other">The other connection.</param>
    /// <returns>The completed connection.</returns>
    public KmsConnection Or(KmsConnection other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool saysWho = ProfileName is not null || RoleArn is not null || ExternalId is not null;
        return (saysWho ? this : this with { ProfileName = other.ProfileName, RoleArn = other.RoleArn, ExternalId = other.ExternalId }) with
        {
            Region = Region ?? other.Region,
            EndpointUrl = EndpointUrl ?? other.EndpointUrl,
            FipsEndpoints = FipsEndpoints ?? other.FipsEndpoints,
        };
    }

    /// <summary>Whether nothing that this connection says differs from another one.</summary>
    /// <param name="other">The other connection.</param>
    public bool Agrees(KmsConnection other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other == this with
        {
            Region = Region ?? other.Region,
            ProfileName = ProfileName ?? other.ProfileName,
            EndpointUrl = EndpointUrl ?? other.EndpointUrl,
            FipsEndpoints = FipsEndpoints ?? other.FipsEndpoints,
            RoleArn = RoleArn ?? other.RoleArn,
            ExternalId = ExternalId ?? other.ExternalId,
        };
    }

    /// <summary>What is not left open, such as <c>eu-west-1, profile acme</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        (string Name, string? Value)[] parts =
            [("", Region), ("profile ", ProfileName), ("endpoint ", EndpointUrl), ("role ", RoleArn), ("external id ", ExternalId)];
        return string.Join(", ", parts.Where(part => part.Value is not null).Select(part => part.Name + part.Value));
    }
}
