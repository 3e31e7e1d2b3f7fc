namespace TenantEncryption.Policies.Likeness;

/// <summary>How many slips of the pen make one text of another.</summary>
internal static class TextDistance
{
    /// <summary>
    /// The number of letters left out, put in, changed, or swapped with the next (optimal string alignment). Case counts, unless it is all that differs.
    /// </summary>
    public static int Of(string one, string other)
    {
        if (one.Equals(other, StringComparison.OrdinalIgnoreCase))
        {
            return one == other ? 0 : 1;
        }

        var rows = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                rows[i, j] = i == 0 ? j
                    : j == 0 ? i
                    : Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[one.Length, other.Length];
    }

    /// <summary>Whether one text is meant as the other: few slips for its length.</summary>
    public static bool IsSlip(string one, string other) =>
        Math.Abs(one.Length - other.Length) <= 3 && Of(one, other) <= Math.Clamp(Math.Min(one.Length, other.Length) / 4, 1, 3);

    /// <summary>The text of some that is meant, where there is one: the nearest that a slip away.</summary>
    public static string? Nearest(string text, IEnumerable<string> others) => others
        .Where(other => IsSlip(text.ToUpperInvariant(), other.ToUpperInvariant()))
        .OrderBy(other => Of(text.ToUpperInvariant(), other.ToUpperInvariant()))
        .FirstOrDefault();
}
