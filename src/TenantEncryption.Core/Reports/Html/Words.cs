using System.Globalization;
using System.Xml;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Reports.Html;

/// <summary>How a page writes values: the same everywhere, whatever the language of the machine.</summary>
internal static class Words
{
    /// <summary>What is not known.</summary>
    public const string Unknown = "not known";

    /// <summary>A time, in UTC.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A number.</summary>
    public static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A yes or no, or that it is not known.</summary>
    public static string Of(bool? value) => value switch { true => "yes", false => "no", null => Unknown };

    /// <summary>A time span as seconds, or as what people say of them.</summary>
    public static string OfMilliseconds(long milliseconds) =>
        milliseconds < 10_000 ? $"{Of(milliseconds)} ms" : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:N1} s");

    /// <summary>Text of others: what shows nothing, or turns the direction of what follows, is shown by its number; what no page may hold is U+FFFD.</summary>
    public static string Foreign(string text)
    {
        string visible = VisibleText.Of(text);
        if (IsFit(visible))
        {
            return visible;
        }

        char[] fit = visible.ToCharArray();
        for (int at = 0; at < fit.Length; at++)
        {
            if (at + 1 < fit.Length && char.IsSurrogatePair(fit[at], fit[at + 1]))
            {
                at++;
            }
            else if (!XmlConvert.IsXmlChar(fit[at]))
            {
                fit[at] = '\uFFFD';
            }
        }

        return new string(fit);
    }

    /// <summary>The same among other text where no element isolates it (Unicode Standard Annex 9, FSI and PDI).</summary>
    public static string Isolated(string text) => $"\u2068{Foreign(text)}\u2069";

    private static bool IsFit(string text)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
