using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Reports;
using TenantEncryption.Reports.Html;

namespace TenantEncryption.Tests.Reports;

/// <summary>The page of a report: whole, silent, readable, and no more and no less than the JSON.</summary>
public sealed partial class ReportPageTests
{
    [Fact]
    public async Task The_page_reads_aloud_and_by_keyboard()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        XDocument page = ReportScene.Read(ReportScene.Page(await scene.ReportAsync(live: true)));

        Assert.Equal("en", (string?)page.Root!.Attribute("lang"));
        Assert.NotEmpty(page.Descendants("title").First().Value);
        Assert.Single(page.Descendants("h1"));
        int[] levels = [.. page.Descendants().Select(one => Heading().Match(one.Name.LocalName)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.InRange(pair.Second, 2, pair.First + 1));
        Assert.All(page.Descendants("table"), table => Assert.Equal("caption", table.Elements().First().Name.LocalName));
        Assert.All(page.Descendants("tr"), row => Assert.True(row.Elements("th").Any()));
        Assert.All(page.Descendants("th"), header => Assert.Contains((string?)header.Attribute("scope"), new[] { "col", "row" }));
        Assert.All(page.Descendants("th"), header => Assert.NotEmpty(header.Value.Trim()));

        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(page.Descendants().Attributes("href"), link => Assert.Contains(link.Value[1..], ids));
        Assert.All(page.Descendants().Attributes("href"), link => Assert.StartsWith("#", link.Value, StringComparison.Ordinal));
        Assert.Equal("#report", (string?)page.Descendants("body").Elements().First().Attribute("href"));

        XElement[] figures = [.. page.Descendants("svg")];
        Assert.True(figures.Length >= 4);
        Assert.All(figures, figure =>
        {
            Assert.Equal("img", (string?)figure.Attribute("role"));
            Assert.All(((string)figure.Attribute("aria-labelledby")!).Split(' '), id => Assert.NotEmpty(figure.Descendants().Single(one => (string?)one.Attribute("id") == id).Value));
        });
        Assert.All(page.Descendants().Where(one => (string?)one.Attribute("class") == "wide"), wide => Assert.Equal("0", (string?)wide.Attribute("tabindex")));
    }

    [Fact]
    public async Task The_page_loads_nothing_and_runs_nothing()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        XDocument page = ReportScene.Read(ReportScene.Page(await scene.ReportAsync(live: true)));

        Assert.DoesNotContain(page.Descendants(), one => one.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "embed" or "base" or "form" or "use" or "image");
        XAttribute[] attributes = [.. page.Descendants().Attributes()];
        Assert.DoesNotContain(attributes, one => one.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || one.Name.LocalName is "src" or "srcset" or "style" or "xmlns");
        Assert.DoesNotContain(attributes, one => one.Value.Contains("//", StringComparison.Ordinal) || one.Value.Contains("url(", StringComparison.Ordinal));
        string style = page.Descendants("style").Single().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);

        string policy = (string)page.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!;
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_others_stays_text_and_shows_what_it_hides()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        string text = ReportScene.Page(await scene.ReportAsync());
        XDocument page = ReportScene.Read(text);

        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', text);
        Assert.DoesNotContain('\u0007', text);
        Assert.Contains(page.Descendants("bdi"), one => one.Value == "<script>alert(\"1\")</script> & 'Söhne' <U+202E>gro.live<U+0007>\uFFFD");
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u202Eabc", "<U+202E>abc")]
    [InlineData("\u2066a\u2069", "<U+2066>a<U+2069>")]
    [InlineData("a\u0000b", "a<U+0000>b")]
    [InlineData("🔑 מפתח", "🔑 מפתח")]
    public void What_shows_nothing_is_shown_by_its_number(string text, string shown) => Assert.Equal(shown, Words.Foreign(text));

    [Fact]
    public void What_no_page_may_hold_is_replaced() => Assert.Equal("\uFFFDa\uFFFD\uFFFD", Words.Foreign("\uDC00a\uD800\uFFFE"));

    [Fact]
    public async Task Every_fact_of_the_json_is_on_the_page()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync(live: true);
        string seen = ReportScene.Read(ReportScene.Page(report)).Descendants("body").Single().Value;
        JObject json = JsonConvert.DeserializeObject<JObject>(report.ToJson(), new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })!;

        JValue[] facts = [.. json.Descendants().OfType<JValue>().Where(value => value.Type is JTokenType.String or JTokenType.Integer or JTokenType.Float)];
        Assert.True(facts.Length > 500);
        string[] missing = [.. facts.Where(fact => !Forms(fact).Any(form => seen.Contains(form, StringComparison.Ordinal))).Select(fact => $"{fact.Path}: {fact}")];
        Assert.Empty(missing);
    }

    [Fact]
    public void A_report_of_nothing_is_a_page_too()
    {
        EncryptionReport empty = ReportFactsTests.Empty;
        string text = ReportScene.Page(empty);
        Assert.Contains("There is no tenant.", text, StringComparison.Ordinal);
        Assert.All(ReportScene.Read(text).Descendants("tbody"), body => Assert.True(body.HasElements));
    }

    [Fact]
    public void Its_colours_have_the_contrast_that_eyes_need()
    {
        Match[] themes = [.. (IEnumerable<Match>)Theme().Matches(PageStyle.Css)];
        Assert.Equal(2, themes.Length);
        Assert.All(themes, theme =>
        {
            Dictionary<string, double> light = ((IEnumerable<Match>)Colour().Matches(theme.Value)).ToDictionary(colour => colour.Groups[1].Value, colour => Luminance(colour.Groups[2].Value), StringComparer.Ordinal);
            Assert.Equal(10, light.Count);
            foreach (string text in new[] { "ink", "quiet", "link", "bad", "good" })
            {
                Assert.True(Contrast(light[text], light["paper"]) >= 4.5, $"{text} on paper");
                Assert.True(Contrast(light[text], light["soft"]) >= 4.5, $"{text} on soft");
            }

            Assert.True(Contrast(light["bar"], light["track"]) >= 3, "bar on track");
            Assert.True(Contrast(light["bar"], light["paper"]) >= 3, "bar on paper");
        });
        Assert.DoesNotContain(PageStyle.Css, character => character is '<' or '>' or '&');
    }

    // How the page may write a value.
    private static IEnumerable<string> Forms(JValue fact)
    {
        string name = (fact.Parent as JProperty)?.Name ?? "";
        switch (fact.Value)
        {
            case long number:
                return [Words.Of(number), number.ToString(CultureInfo.InvariantCulture), Words.OfMilliseconds(number)];
            case double number:
                return [number.ToString("0.###", CultureInfo.InvariantCulture)];
            case string text when IsoTime().IsMatch(text):
                return [Words.Of(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture))];
            case string text when fact.Path.StartsWith("controls", StringComparison.Ordinal) && name == "coverage":
                return [text switch { "Shown" => "shown", "InPart" => "in part", _ => "not covered by this product" }];
            case string text when fact.Path.Contains(".sections", StringComparison.Ordinal):
                return [ReportSections.All.Single(section => section.Id == text).Title];
            case string text when name == "topic":
                return [text switch { "Life" => "Life of keys", "Access" => "Policies and grants that were changed", _ => "that were retired or destroyed" }, "Events of the store"];
            case string text when name == "type" && text == "AwsKms":
                return ["AWS KMS"];
            case string text:
                return [Words.Foreign(text)];
            default:
                return [];
        }
    }

    private static double Contrast(double one, double other) => (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);

    // WCAG 2.2, relative luminance.
    private static double Luminance(string hex)
    {
        double[] parts = [.. Enumerable.Range(0, 3).Select(at => int.Parse(hex.AsSpan(2 * at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4))];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    [GeneratedRegex("^h([1-6])$")]
    private static partial Regex Heading();

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Theme();

    [GeneratedRegex("--([a-z]+): #([0-9a-f]{6})")]
    private static partial Regex Colour();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$")]
    private static partial Regex IsoTime();
}
