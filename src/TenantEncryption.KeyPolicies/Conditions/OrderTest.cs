using System.Globalization;

namespace TenantEncryption.Policies.Conditions;

/// <summary>The Numeric and Date operators: values that have an order.</summary>
internal sealed class OrderTest : ValueTest
{
    private readonly Func<string, decimal?> _parse;
    private readonly decimal[] _values;
    private readonly int _relation;

    /// <param name="values">The values of the policy.</param>
    /// <param name="parse">Reads a value as a point on a line.</param>
    /// <param name="relation">In the order of <see cref="Comparison"/>: =, &lt;, ≤, &gt;, ≥.</param>
    public OrderTest(string[] values, Func<string, decimal?> parse, int relation)
    {
        _parse = parse;
        _values = [.. values.Select(value => parse(value) ?? throw new FormatException($"'{value}' is not of the operator's type."))];
        _relation = relation;
    }

    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    /// <summary>Seconds since 1970: either they are given, or a W3C form of ISO 8601, in UTC where it names no zone.</summary>
    public static decimal? Time(string text) => Number(text) is { } seconds and > 9999 ? seconds
        : DateTimeOffset.TryParse(
            text.Length == 4 ? text + "-01-01" : text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time)
        ? time.ToUnixTimeMilliseconds() / 1000m
        : null;

    public override bool Matches(string value, RequestContext context)
    {
        if (_parse(value) is not { } actual)
        {
            return false;
        }

        foreach (decimal limit in _values)
        {
            int order = actual.CompareTo(limit);
            bool holds = _relation switch
            {
                0 => order == 0,
                1 => order < 0,
                2 => order <= 0,
                3 => order > 0,
                _ => order >= 0,
            };
            if (holds)
            {
                return true;
            }
        }

        return false;
    }
}
