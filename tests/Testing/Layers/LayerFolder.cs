namespace TenantEncryption.Testing.Layers;

/// <summary>A folder in the order of its assembly.</summary>
/// <param name="Folder">Relative to the project; empty for the project's own folder.</param>
/// <param name="Layer">Which layer it is in, from 1. Folders of one layer don't see each other.</param>
/// <param name="Purpose">What it is for.</param>
public sealed record LayerFolder(string Folder, int Layer, string Purpose)
{
    /// <summary>The folder's name for readers.</summary>
    public string Name => Folder.Length == 0 ? "the root folder" : Folder;
}
