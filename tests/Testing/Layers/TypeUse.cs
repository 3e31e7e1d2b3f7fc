namespace TenantEncryption.Testing.Layers;

/// <summary>A type that uses another one of the same assembly.</summary>
public sealed record TypeUse(PlacedType User, PlacedType Used)
{
    /// <inheritdoc/>
    public override string ToString() => $"{User} uses {Used}";
}
