using System.Globalization;

namespace TenantEncryption;

/// <summary>Says how many, in texts for people.</summary>
public static class Counted
{
    /// <summary>A number with its noun: <c>1 key</c>, <c>2 keys</c>, <c>0 keys</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">The noun in the singular; its plural ends in <c>s</c>.</param>
    /// <returns>The text, the same in every culture.</returns>
    public static string Of(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A length: <c>1 byte</c>, <c>2048 bytes</c>, from 1 MiB on <c>1.5 MiB</c>.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns>The text, the same in every culture.</returns>
    public static string Bytes(long length)
    {
        const int Mebibyte = 1 << 20;
        return length < Mebibyte ? Of(length, "byte") : string.Create(CultureInfo.InvariantCulture, $"{length / (double)Mebibyte:N1} MiB");
    }

    /// <summary>A time that is no more than an estimate: <c>a second</c>, <c>12 seconds</c>, <c>3 minutes</c>, <c>2.5 hours</c>, <c>4 days</c>.</summary>
    /// <param name="time">How long.</param>
    /// <returns>The text, the same in every culture.</returns>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1.5 } => "a second",
        { TotalSeconds: < 99.5 } => $"{Rounded(time.TotalSeconds)} seconds",
        { TotalMinutes: < 99.5 } => $"{Rounded(time.TotalMinutes)} minutes",
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours"),
        _ => $"{Rounded(time.TotalDays)} days",
    };

    private static string Rounded(double value) => Math.Round(value, MidpointRounding.AwayFromZero).ToString(CultureInfo.InvariantCulture);
}
