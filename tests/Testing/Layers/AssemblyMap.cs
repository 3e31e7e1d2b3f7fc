using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TenantEncryption.Testing.Layers;

/// <summary>
/// The types of an assembly with their source folders, and which of them use which, read from its metadata, IL and symbols. Nested types count as the
/// type that holds them; what the compiler made into <c>obj</c> is left out. Constants and <c>nameof</c> leave nothing in metadata and do not count.
/// </summary>
public sealed class AssemblyMap
{
    private AssemblyMap(string name, IReadOnlyDictionary<string, string> folders, IReadOnlyList<TypeUse> uses) => (Name, Folders, Uses) = (name, folders, uses);

    public string Name { get; }

    /// <summary>The folder of each type, relative to the project and with <c>/</c>; empty for what stands in the project's own folder.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; }

    public IReadOnlyList<TypeUse> Uses { get; }

    /// <summary>Reads an assembly whose portable PDB stands beside it.</summary>
    /// <param name="path">The assembly's path.</param>
    public static AssemblyMap Of(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        using var image = new PEReader(File.OpenRead(path));
        using MetadataReaderProvider symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        MetadataReader metadata = image.GetMetadataReader();
        var sources = new SourceFolders(metadata, symbols.GetMetadataReader(), name);

        var folders = new Dictionary<string, string>();
        var uses = new HashSet<TypeUse>();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions.Where(handle => !metadata.GetTypeDefinition(handle).IsNested))
        {
            if (sources.Of(handle) is not { } folder)
            {
                continue;
            }

            string type = NameOf(metadata, handle);
            folders[type] = folder;
            foreach (TypeDefinitionHandle used in new UsedTypes(image, metadata).Of(handle))
            {
                if (used != handle && sources.Of(used) is { } usedFolder)
                {
                    uses.Add(new TypeUse(folder, type, usedFolder, NameOf(metadata, used)));
                }
            }
        }

        return new AssemblyMap(name, folders, [.. uses.OrderBy(use => use.ToString(), StringComparer.Ordinal)]);
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle) =>
        metadata.GetString(metadata.GetTypeDefinition(handle).Name).Split('`')[0];
}
