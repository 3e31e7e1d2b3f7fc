namespace TenantEncryption.Policies.Access;

/// <summary>Finds what was meant by a name that does not exist: a slip of a key or two, or the beginning of it.</summary>
internal static class SimilarName
{
    private const int MaximumSlips = 2;
    private const int MaximumNames = 3;

    /// <summary>The names that are nearest, if any are near.</summary>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> known)
    {
        string wanted = name.ToUpperInvariant();
        (string Name, int Slips)[] near =
        [
            .. known.Select(one => (Name: one, Slips: Slips(wanted, one.ToUpperInvariant())))
                .Where(one => one.Slips <= MaximumSlips)
                .OrderBy(one => one.Slips),
        ];
        return near.Length > 0
            ? near.Where(one => one.Slips == near[0].Slips).Select(one => one.Name).Take(MaximumNames).ToArray()
            : known.Where(one => one.StartsWith(name, StringComparison.OrdinalIgnoreCase)).Take(MaximumNames).ToArray();
    }

    /// <summary>How many characters must be put in, taken out or exchanged (the distance of Levenshtein; two that changed places are two).</summary>
    private static int Slips(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int exchanged = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(exchanged, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
