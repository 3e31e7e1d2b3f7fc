using System.Globalization;

namespace TenantEncryption.Reports.Html;

/// <summary>What lasted from when to when, on one axis of time, one under the other. Each has its name and its times as text.</summary>
internal static class TimelineFigure
{
    private const int RowHeight = 56;

    /// <summary>Writes the figure.</summary>
    /// <param name="page">The page.</param>
    /// <param name="id">An id of its own.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="now">Where the axis ends.</param>
    /// <param name="spans">Each one's name, begin, and end; one without an end lasts until now.</param>
    public static void Write(
        PageWriter page, string id, string title, DateTimeOffset now, IReadOnlyList<(string Name, DateTimeOffset Begin, DateTimeOffset? End)> spans)
    {
        DateTimeOffset first = spans.Min(span => span.Begin);
        double length = Math.Max(1, (now - first).TotalSeconds);
        int bottom = spans.Count * RowHeight;
        page.Line();
        page.Element("figure", () =>
        {
            page.Element("figcaption", title);
            page.Element(
                "svg",
                () =>
                {
                    page.Element("title", title, ("id", id + "-title"));
                    page.Element("desc", string.Join("; ", spans.Select(span => $"{Words.Isolated(span.Name)}: {Lasted(span)}")), ("id", id + "-desc"));
                    for (int row = 0; row < spans.Count; row++)
                    {
                        (string name, DateTimeOffset begin, DateTimeOffset? end) = spans[row];
                        double from = Share(begin);
                        double to = Share(end ?? now);
                        page.Element("text", Words.Isolated(name), ("x", "0"), ("y", At(row, 14)));
                        page.Element("text", Lasted(spans[row]), ("x", "0"), ("y", At(row, 30)));
                        page.Element("rect", "", ("class", "track"), ("x", "0"), ("y", At(row, 36)), ("width", "100%"), ("height", "10"));
                        page.Element("rect", "", ("class", "bar"), ("x", Percent(from)), ("y", At(row, 36)), ("width", Percent(to - from)), ("height", "10"));

                        // What took seconds in a year must be seen, too.
                        page.Element("circle", "", ("class", "bar"), ("cx", Percent(Math.Clamp(from, 0.01, 0.99))), ("cy", At(row, 41)), ("r", "5"));
                    }

                    page.Element("line", "", ("class", "axis"), ("x1", "0"), ("x2", "100%"), ("y1", Number(bottom)), ("y2", Number(bottom)));
                    page.Element("text", Date(first), ("x", "0"), ("y", Number(bottom + 18)));
                    page.Element("text", Date(now), ("x", "100%"), ("y", Number(bottom + 18)), ("text-anchor", "end"));
                },
                ("role", "img"),
                ("aria-labelledby", $"{id}-title {id}-desc"),
                ("width", "100%"),
                ("height", Number(bottom + 26)));
        });

        double Share(DateTimeOffset time) => Math.Clamp((time - first).TotalSeconds / length, 0, 1);
    }

    private static string Lasted((string Name, DateTimeOffset Begin, DateTimeOffset? End) span) =>
        $"{Words.Of(span.Begin)} – {(span.End is { } end ? Words.Of(end) : "not ended")}";

    private static string At(int row, int offset) => Number((row * RowHeight) + offset);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%");

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
