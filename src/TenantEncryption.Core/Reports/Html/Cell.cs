namespace TenantEncryption.Reports.Html;

/// <summary>A value in a table.</summary>
/// <param name="Write">Writes it.</param>
/// <param name="IsNumber">Whether numbers of its column stand one under the other.</param>
internal readonly record struct Cell(Action<PageWriter> Write, bool IsNumber = false)
{
    /// <summary>Words of this software's own.</summary>
    public static Cell Own(string text) => new(page => page.Text(text));

    /// <summary>Text of others, or words for none.</summary>
    public static Cell Foreign(string? text, string none = "none") => string.IsNullOrEmpty(text) ? Own(none) : new(page => page.Foreign(text));

    /// <summary>A name that a machine gave: an ARN, an id, a hash.</summary>
    public static Cell Code(string? text, string none = "none") => string.IsNullOrEmpty(text) ? Own(none) : new(page => page.Element("code", () => page.Foreign(text)));

    /// <summary>A name in parts, such as an event's type, which may be broken between them.</summary>
    public static Cell Dotted(string text) => new(page => page.Element("span", () =>
    {
        string[] parts = Words.Foreign(text).Split('.');
        for (int at = 0; at < parts.Length; at++)
        {
            page.Text(at == 0 ? parts[at] : "." + parts[at]);
            if (at + 1 < parts.Length)
            {
                page.Void("wbr");
            }
        }
    }));

    /// <summary>A number.</summary>
    public static Cell Of(long number) => new(page => page.Text(Words.Of(number)), IsNumber: true);

    /// <summary>A time, or words for none.</summary>
    public static Cell Of(DateTimeOffset? time, string none = Words.Unknown) => time is { } known ? new(page => page.Time(known)) : Own(none);

    /// <summary>A yes or no, or that it is not known.</summary>
    public static Cell Of(bool? value) => Own(Words.Of(value));

    /// <summary>A code of an error or of success, which is marked by more than its colour: it is a word.</summary>
    public static Cell Verdict(string? code, bool isGood, string none = Words.Unknown) =>
        code is null ? Own(none) : new(page => page.Element("strong", () => page.Foreign(code), ("class", isGood ? "good" : "bad")));

    /// <summary>Several values, one under the other; words for none.</summary>
    public static Cell List(IEnumerable<string> texts, string none = "none")
    {
        string[] all = [.. texts];
        return all.Length switch
        {
            0 => Own(none),
            1 => Foreign(all[0]),
            _ => new(page => page.Element("ul", () =>
            {
                foreach (string text in all)
                {
                    page.Element("li", () => page.Foreign(text));
                }
            })),
        };
    }

    /// <summary>A way to another place of the page.</summary>
    public static Cell Link(string text, string id) => new(page => page.Element("a", () => page.Foreign(text), ("href", "#" + id)));

    /// <summary>Values one after the other.</summary>
    public static Cell All(params Cell[] cells) => new(page =>
    {
        for (int at = 0; at < cells.Length; at++)
        {
            page.Text(at == 0 ? "" : " ");
            cells[at].Write(page);
        }
    });
}
