using System.Xml;

namespace TenantEncryption.Reports.Html;

/// <summary>
/// Writes a page as HTML that is well-formed XML, too. Text is escaped by the framework's writer, and that of others is set apart from the text around it, in
/// direction and as what can be seen.
/// </summary>
internal sealed class PageWriter : IDisposable
{
    private const int LongestWord = 22;

    private readonly XmlWriter _xml;

    /// <summary>Writes to a text.</summary>
    public PageWriter(TextWriter text) => _xml = XmlWriter.Create(text, new XmlWriterSettings
    {
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.None,
        CloseOutput = false,
    });

    /// <summary>Begins the document.</summary>
    public void Begin() => _xml.WriteDocType("html", null, null, null);

    /// <summary>An element with content.</summary>
    public void Element(string name, Action content, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        content();
        _xml.WriteFullEndElement();
    }

    /// <summary>An element with words of this software's own.</summary>
    public void Element(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        _xml.WriteString(text);
        _xml.WriteFullEndElement();
    }

    /// <summary>An element that has no content, by the rules of HTML.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(name, attributes);
        _xml.WriteEndElement();
    }

    /// <summary>Words of this software's own.</summary>
    public void Text(string text) => _xml.WriteString(text);

    /// <summary>What is written as it is: the style alone, in which nothing of others is.</summary>
    public void Raw(string text) => _xml.WriteRaw(text);

    /// <summary>Text of others. Only what is longer than a word may be broken anywhere: a column is as wide as its longest word.</summary>
    public void Foreign(string text)
    {
        if (text.Split(' ').Any(word => word.Length > LongestWord))
        {
            Element("bdi", Words.Foreign(text), ("class", "long"));
        }
        else
        {
            Element("bdi", Words.Foreign(text));
        }
    }

    /// <summary>A time.</summary>
    public void Time(DateTimeOffset time) => Element("time", Words.Of(time), ("datetime", XmlConvert.ToString(time.UtcDateTime, XmlDateTimeSerializationMode.Utc)));

    /// <summary>A line between elements, for who reads the source.</summary>
    public void Line() => _xml.WriteWhitespace("\n");

    /// <summary>A paragraph.</summary>
    public void Paragraph(string text) => Element("p", text);

    /// <summary>A table of several columns, whose first one names the row; words where it has no row.</summary>
    public void Table(string caption, IReadOnlyList<string> columns, IEnumerable<Cell[]> rows)
    {
        Cell[][] all = [.. rows];
        Line();
        if (all.Length == 0)
        {
            Paragraph($"{caption}: none.");
            return;
        }

        Element(
            "div",
            () => Element("table", () =>
            {
                Caption(caption);
                Element("thead", () => Element("tr", () =>
                {
                    foreach (string column in columns)
                    {
                        Element("th", column, ("scope", "col"));
                    }
                }));
                Element("tbody", () =>
                {
                    foreach (Cell[] row in all)
                    {
                        Line();
                        Element("tr", () => Row(row));
                    }
                });
            }),
            ("class", "wide"),
            ("role", "region"),
            ("aria-label", caption),
            ("tabindex", "0"));
    }

    /// <summary>A table of facts: a name and a value a row.</summary>
    public void Facts(string caption, IEnumerable<(string Name, Cell Value)> facts)
    {
        Line();
        Element(
            "table",
            () =>
            {
                Caption(caption);
                Element("tbody", () =>
                {
                    foreach ((string name, Cell value) in facts)
                    {
                        Element("tr", () =>
                        {
                            Element("th", name, ("scope", "row"));
                            Element("td", () => value.Write(this));
                        });
                    }
                });
            },
            ("class", "facts"));
    }

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    // It stays in sight while a table that is wider than the screen is moved.
    private void Caption(string text) => Element("caption", () => Element("span", text));

    private void Row(Cell[] cells)
    {
        Element("th", () => cells[0].Write(this), ("scope", "row"));
        foreach (Cell cell in cells.AsSpan(1))
        {
            if (cell.IsNumber)
            {
                Element("td", () => cell.Write(this), ("class", "number"));
            }
            else
            {
                Element("td", () => cell.Write(this));
            }
        }
    }

    private void Start(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _xml.WriteStartElement(name);
        foreach ((string attribute, string value) in attributes)
        {
            _xml.WriteAttributeString(attribute, value);
        }
    }
}
