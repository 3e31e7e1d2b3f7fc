using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TenantEncryption.Testing.Layers;

/// <summary>
/// The types of an assembly with their source folders, and which of them use which, read from its metadata, IL and symbols. Nested types count as the
/// type that holds them; what the compiler made into <c>obj</c> is left out. Constants and <c>nameof</c> leave nothing in metadata and do not count.
/// </summary>
public sealed class AssemblyMap
{
    private AssemblyMap(string name, IReadOnlyList<string> references, IReadOnlyList<PlacedType> types, IReadOnlyList<TypeUse> uses) =>
        (Name, References, Types, Uses) = (name, references, types, uses);

    public string Name { get; }

    /// <summary>The assemblies that it references.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>The outermost types that sources of the project declare.</summary>
    public IReadOnlyList<PlacedType> Types { get; }

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

        var attributes = new AttributeTypes(metadata);
        Dictionary<TypeDefinitionHandle, PlacedType> types = metadata.TypeDefinitions
            .Where(handle => !metadata.GetTypeDefinition(handle).IsNested)
            .Select(handle => (Handle: handle, Folder: sources.Of(handle)))
            .Where(type => type.Folder is not null)
            .ToDictionary(type => type.Handle, type => new PlacedType(type.Folder!, NameOf(metadata, type.Handle)));
        IEnumerable<TypeUse> uses =
            from type in types
            from used in new UsedTypes(image, metadata, attributes).Of(type.Key)
            where used != type.Key && types.ContainsKey(used)
            select new TypeUse(type.Value, types[used]);

        return new AssemblyMap(
            name,
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).Order(StringComparer.Ordinal)],
            [.. types.Values.OrderBy(type => type.ToString(), StringComparer.Ordinal)],
            [.. uses.Distinct().OrderBy(use => use.ToString(), StringComparer.Ordinal)]);
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle) =>
        metadata.GetString(metadata.GetTypeDefinition(handle).Name).Split('`')[0];
}
