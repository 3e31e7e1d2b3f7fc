namespace TenantEncryption.Providers;

/// <summary>Which key providers to list; what is <see langword="null"/> does not narrow.</summary>
public sealed record KeyProviderFilter
{
    /// <summary>Of this tenant.</summary>
    public string? TenantId { get; init; }

    /// <summary>With this id.</summary>
    public string? Id { get; init; }

    /// <summary>With this name, exactly.</summary>
    public string? Name { get; init; }

    /// <summary>Whose resolved key ARN, or identifier as given, is this.</summary>
    public string? KeyArn { get; init; }

    /// <summary>Of this type.</summary>
    public KeyProviderType? Type { get; init; }

    /// <summary>In this state.</summary>
    public KeyProviderStatus? Status { get; init; }
}
