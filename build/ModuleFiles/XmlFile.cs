using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace TenantEncryption.ModuleFiles;

/// <summary>XML files that are the same on each system.</summary>
internal static class XmlFile
{
    private static readonly XmlWriterSettings Settings = new() { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) };

    public static void Write(string path, params object[] content)
    {
        using (var writer = XmlWriter.Create(path, Settings))
        {
            new XDocument(content).Save(writer);
        }

        File.AppendAllText(path, "\n");
    }
}
