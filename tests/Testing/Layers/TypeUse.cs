namespace TenantEncryption.Testing.Layers;

/// <summary>A type that uses another one of the same assembly, each with the folder its source stands in.</summary>
public sealed record TypeUse(string Folder, string Type, string UsedFolder, string UsedType)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Folder}/{Type} uses {UsedFolder}/{UsedType}";
}
