using System.Xml.Linq;

namespace TenantEncryption.ModuleFiles.Views;

/// <summary>How each output looks: a table and a list, the default one first.</summary>
internal sealed class FormatFile(ViewSource source, ModuleAssemblies module)
{
    public void Write(string path) => XmlFile.Write(
        path,
        new XElement("Configuration", new XElement("ViewDefinitions", source.Views.SelectMany(Forms))));

    private IEnumerable<XElement> Forms(View view)
    {
        Type type = module.Type(view.Type);
        return new[] { view.Default, "Table", "List" }.Distinct().Select(form => new XElement(
            "View",
            new XElement("Name", $"{view.Type}.{form}"),
            new XElement("ViewSelectedBy", new XElement("TypeName", view.Type)),
            form switch
            {
                "Table" => Table(view, type),
                "List" => List(view, type),
                "Json" => Nested(["CustomControl", "CustomEntries", "CustomEntry", "CustomItem"], Item("ExpressionBinding", "Json", null)),
                _ => throw new SourceException("Views.json", $"{view.Type} has no form '{form}'."),
            }));
    }

    private XElement Table(View view, Type type)
    {
        Column[] columns = [.. view.Table.Select(text => Column.Read(source, view, type, text))];
        return new XElement(
            "TableControl",
            new XElement("TableHeaders", columns.Select(column => new XElement(
                "TableColumnHeader",
                new XElement("Label", column.Label),
                column.Width is { } width ? new XElement("Width", width) : null,
                column.IsRight ? new XElement("Alignment", "Right") : null))),
            Nested(
                ["TableRowEntries", "TableRowEntry"],
                new XElement("Wrap"),
                new XElement("TableColumnItems", columns.Select(column => Item("TableColumnItem", column.Name, column.Script)))));
    }

    private static XElement List(View view, Type type) => Nested(
        ["ListControl", "ListEntries", "ListEntry", "ListItems"],
        [
            .. view.List.Select(name =>
            {
                string? script = PropertyKinds.ListScript(PropertyKinds.Of(view.TypeOf(type, name)), name);
                XElement item = Item("ListItem", name, script);
                if (script is not null)
                {
                    item.AddFirst(new XElement("Label", name));
                }

                return item;
            }),
        ]);

    private static XElement Item(string element, string name, string? script) =>
        new(element, script is null ? new XElement("PropertyName", name) : new XElement("ScriptBlock", script));

    private static XElement Nested(string[] elements, params object[] content) =>
        elements.Reverse().Aggregate(content, (inner, element) => [new XElement(element, inner)]).Cast<XElement>().Single();
}
