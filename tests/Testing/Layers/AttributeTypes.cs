using System.Reflection.Metadata;
using System.Text;

namespace TenantEncryption.Testing.Layers;

/// <summary>
/// The types that the arguments of an attribute name, as in <c>[ArgumentCompleter(typeof(T))]</c>: a custom attribute has them as text, "SerString"
/// (ECMA-335 II.23.3), without the assembly where it is their own.
/// </summary>
internal sealed class AttributeTypes(MetadataReader metadata)
{
    private readonly Dictionary<string, TypeDefinitionHandle> _known = metadata.TypeDefinitions
        .Where(handle => !metadata.GetTypeDefinition(handle).IsNested)
        .ToDictionary(handle => FullName(metadata, handle));

    public IEnumerable<TypeDefinitionHandle> Of(BlobHandle arguments)
    {
        var found = new List<TypeDefinitionHandle>();
        BlobReader blob = metadata.GetBlobReader(arguments);
        for (int start = 0; start < blob.Length; start++)
        {
            // What kinds its arguments have is not in the blob, so each place is tried for the length of a text.
            blob.Offset = start;
            if (blob.TryReadCompressedInteger(out int length) && length > 0 && length <= blob.RemainingBytes)
            {
                found.AddRange(Named(Encoding.UTF8.GetString(blob.ReadBytes(length))));
            }
        }

        return found;
    }

    // A[], G`1[[A]] and Outer+Nested name A, G`1 and Outer.
    private IEnumerable<TypeDefinitionHandle> Named(string text)
    {
        foreach (string name in text.Split('[', ']', ',', '&', '*'))
        {
            if (_known.TryGetValue(name.Split('+')[0], out TypeDefinitionHandle type))
            {
                yield return type;
            }
        }
    }

    private static string FullName(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        return type.Namespace.IsNil ? metadata.GetString(type.Name) : $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
