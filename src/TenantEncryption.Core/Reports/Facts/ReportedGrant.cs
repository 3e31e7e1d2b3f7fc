namespace TenantEncryption.Reports;

/// <summary>A grant on a master key.</summary>
public sealed record ReportedGrant
{
    /// <summary>The grant's id.</summary>
    public required string GrantId { get; init; }

    /// <summary>The name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>Who has the permission: a principal's ARN, or the name of an AWS service.</summary>
    public string? Grantee { get; init; }

    /// <summary>Who may give it back.</summary>
    public string? Retiring { get; init; }

    /// <summary>The operations.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>What a permitted call must bring: pairs of the encryption context, or the resource that a service acts for; <see langword="null"/> for nothing.</summary>
    public string? Constraint { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}
