namespace TenantEncryption.Platforms;

/// <summary>Which changes of a tenant's providers a platform allows. What is not said is allowed.</summary>
public sealed record PlatformLifecycle
{
    /// <summary>How a tenant leaves the internal KMS for a customer master key.</summary>
    public InternalExit FromInternal { get; init; }

    /// <summary>Whether a tenant can go back to the internal KMS.</summary>
    public bool ToInternal { get; init; } = true;

    /// <summary>How a tenant changes from one customer master key to another.</summary>
    public KeyChange KeyChange { get; init; }

    /// <summary>What the vendor has confirmed before another provider takes the place of the Active one; <see langword="null"/> where it asks nothing.</summary>
    public string? ChangeQuestion { get; init; }

    /// <summary>Whether a provider can be deactivated and restored.</summary>
    public bool Deactivation { get; init; } = true;

    /// <summary>What must be typed to deactivate a provider; <see langword="null"/> for a plain question.</summary>
    public string? DeactivationPhrase { get; init; }

    /// <summary>When a provider can be removed.</summary>
    public ProviderRemoval Removal { get; init; }

    /// <summary>Whether the first activation of a customer master key starts the re-encryption of what exists, at the lowest priority.</summary>
    public bool ReencryptAfterFirstActivation { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"from internal {FromInternal}, {(ToInternal ? "and back" : "no way back")}; change of key: {KeyChange}; removal: {Removal}";
}
