using System.Xml.Linq;

namespace TenantEncryption.ModuleFiles.Views;

/// <summary>
/// What outputs have beside their properties, and how they travel through Clixml and jobs: times and enums as what they are and as their names, and of an object
/// what its list shows.
/// </summary>
internal sealed class TypesFile(ViewSource source, ModuleAssemblies module)
{
    public void Write(string path) => XmlFile.Write(path, new XElement(
        "Types",
        source.Views.Select(View),
        module.Enums().Select(type => Type(type.FullName!, [], Note("SerializationMethod", "String"))),
        Type("Deserialized.System.DateTimeOffset", [], Note("TargetTypeForDeserialization", "TenantEncryption.PowerShell.Hosting.SerializedTime"))));

    private XElement View(View view) => Type(
        view.Type,
        view.Aliases.Select(alias => new XElement("AliasProperty", new XElement("Name", alias.Key), new XElement("ReferencedMemberName", alias.Value))),
        Note("SerializationDepth", $"{view.Depth}"),
        Note("SerializationMethod", "SpecificProperties"),
        // What PowerShell shows of an object that comes after one of another type, where it takes no view.
        Set("DefaultDisplayPropertySet", view.Table.Select(text => Column.ShownProperty(source, text)).Distinct()),
        Set("PropertySerializationSet", view.List.Concat(view.Aliases.Keys).Distinct()));

    private static XElement Type(string name, IEnumerable<XElement> members, params XElement[] standard) => new(
        "Type",
        new XElement("Name", name),
        new XElement(
            "Members",
            members,
            new XElement("MemberSet", new XElement("Name", "PSStandardMembers"), new XElement("Members", standard))));

    private static XElement Note(string name, string value) => new("NoteProperty", new XElement("Name", name), new XElement("Value", value));

    private static XElement Set(string name, IEnumerable<string> properties) =>
        new("PropertySet", new XElement("Name", name), new XElement("ReferencedProperties", properties.Select(property => new XElement("Name", property))));
}
