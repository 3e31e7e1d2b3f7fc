using System.Globalization;

namespace TenantEncryption.Reports.Html;

/// <summary>
/// Counts as bars, one under the other, each with its name and number as text. Bars have their widths in percent and text its own size, so that it is as large on a
/// telephone as on paper.
/// </summary>
internal static class BarFigure
{
    private const int RowHeight = 42;
    private const int LongestName = 48;

    /// <summary>Writes the figure.</summary>
    /// <param name="page">The page.</param>
    /// <param name="id">An id of its own.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="unit">What is counted, such as <c>messages</c>.</param>
    /// <param name="bars">Each bar's name and number.</param>
    public static void Write(PageWriter page, string id, string title, string unit, IReadOnlyList<(string Name, long Count)> bars)
    {
        long most = Math.Max(1, bars.Max(bar => bar.Count));
        string description = string.Join("; ", bars.Select(bar => $"{Words.Isolated(bar.Name)}: {Words.Of(bar.Count)} {unit}"));
        page.Line();
        page.Element("figure", () =>
        {
            page.Element("figcaption", title);
            page.Element(
                "svg",
                () =>
                {
                    page.Element("title", title, ("id", id + "-title"));
                    page.Element("desc", description, ("id", id + "-desc"));
                    for (int row = 0; row < bars.Count; row++)
                    {
                        (string name, long count) = bars[row];
                        page.Element("text", Words.Isolated(Short(name)), ("x", "0"), ("y", At(row, 14)));
                        page.Element("text", Words.Of(count), ("x", "100%"), ("y", At(row, 14)), ("text-anchor", "end"));
                        page.Element("rect", "", ("class", "track"), ("x", "0"), ("y", At(row, 20)), ("width", "100%"), ("height", "12"), ("rx", "2"));
                        page.Element("rect", "", ("class", "bar"), ("x", "0"), ("y", At(row, 20)), ("width", Percent(count, most)), ("height", "12"), ("rx", "2"));
                    }
                },
                ("role", "img"),
                ("aria-labelledby", $"{id}-title {id}-desc"),
                ("width", "100%"),
                ("height", (bars.Count * RowHeight).ToString(CultureInfo.InvariantCulture)));
        });
    }

    private static string At(int row, int offset) => ((row * RowHeight) + offset).ToString(CultureInfo.InvariantCulture);

    private static string Percent(long count, long most) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / most:0.##}%");

    // The table beside it has the whole name.
    private static string Short(string name)
    {
        var text = new StringInfo(name);
        return text.LengthInTextElements <= LongestName ? name : text.SubstringByTextElements(0, LongestName - 1) + "…";
    }
}
