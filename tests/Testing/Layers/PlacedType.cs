namespace TenantEncryption.Testing.Layers;

/// <summary>A type and the folder that its source stands in.</summary>
/// <param name="Folder">Relative to the project and with <c>/</c>; empty for what stands in the project's own folder.</param>
/// <param name="Name">Its name without namespace and arity.</param>
public sealed record PlacedType(string Folder, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Folder.Length == 0 ? Name : $"{Folder}/{Name}";
}
