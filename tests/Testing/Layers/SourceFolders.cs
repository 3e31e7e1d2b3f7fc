using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace TenantEncryption.Testing.Layers;

/// <summary>
/// The folder that a type's source stands in: by the documents of its methods, and for types without code by the compiler's record of their document
/// ("TypeDefinitionDocuments" of the Portable PDB format).
/// </summary>
internal sealed class SourceFolders(MetadataReader metadata, MetadataReader symbols, string project)
{
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");
    private readonly Dictionary<TypeDefinitionHandle, string?> _known = [];

    /// <summary>The folder relative to the project, or null for what no source of the project declares.</summary>
    public string? Of(TypeDefinitionHandle type)
    {
        if (!_known.TryGetValue(type, out string? folder))
        {
            _known[type] = folder = Documents(type).Select(FolderOf).FirstOrDefault(found => found is not null);
        }

        return folder;
    }

    private IEnumerable<DocumentHandle> Documents(TypeDefinitionHandle handle)
    {
        foreach (CustomDebugInformationHandle each in symbols.GetCustomDebugInformation(handle))
        {
            CustomDebugInformation information = symbols.GetCustomDebugInformation(each);
            if (symbols.GetGuid(information.Kind) == TypeDefinitionDocuments)
            {
                BlobReader documents = symbols.GetBlobReader(information.Value);
                while (documents.RemainingBytes > 0)
                {
                    yield return MetadataTokens.DocumentHandle(documents.ReadCompressedInteger());
                }
            }
        }

        TypeDefinition type = metadata.GetTypeDefinition(handle);
        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            DocumentHandle document = symbols.GetMethodDebugInformation(method).Document;
            if (!document.IsNil)
            {
                yield return document;
            }
        }

        foreach (DocumentHandle document in type.GetNestedTypes().SelectMany(Documents))
        {
            yield return document;
        }
    }

    private string? FolderOf(DocumentHandle handle)
    {
        string path = symbols.GetString(symbols.GetDocument(handle).Name).Replace('\\', '/');
        string marker = "/" + project + "/";
        int begin = path.LastIndexOf(marker, StringComparison.Ordinal);
        if (begin < 0)
        {
            return null;
        }

        string relative = path[(begin + marker.Length)..];
        return relative.StartsWith("obj/", StringComparison.Ordinal) ? null : Path.GetDirectoryName(relative)!.Replace('\\', '/');
    }
}
