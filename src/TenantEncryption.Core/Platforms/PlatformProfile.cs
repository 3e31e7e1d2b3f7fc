namespace TenantEncryption.Platforms;

/// <summary>The rules of the platform on which a tenant's data lives. Where platforms differ, the difference is in this data.</summary>
public sealed record PlatformProfile
{
    /// <summary>The name by which tenants refer to it.</summary>
    public required string Name { get; init; }

    /// <summary>What the platform is, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The AWS partitions whose keys it takes, such as <c>aws</c>.</summary>
    public required IReadOnlyList<string> Partitions { get; init; }

    /// <summary>The key of the encryption-context pair that names the tenant in every KMS call and message.</summary>
    public required string ContextKey { get; init; }

    /// <summary>What the platform calls its internal KMS; the name of every tenant's built-in provider.</summary>
    public required string InternalProvider { get; init; }

    /// <summary>What event types begin with.</summary>
    public required string EventPrefix { get; init; }

    /// <summary>The forms of key identifier that it takes: <c>KeyArn</c>, <c>AliasArn</c>, <c>KeyId</c>, <c>AliasName</c>.</summary>
    public required IReadOnlyList<string> IdentifierForms { get; init; }

    /// <summary>The operation by which shares are made, of those that its principals are granted.</summary>
    public ShareOperation ShareOperation { get; init; }

    /// <summary>Facts worth knowing, with their source.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
