namespace TenantEncryption.LocalKms;

/// <summary>Which of the known names somebody may have meant.</summary>
internal static class NearestName
{
    /// <summary>The known name that takes the fewest edits.</summary>
    /// <param name="name">What was typed.</param>
    /// <param name="known">The names that there are, at least one.</param>
    public static string To(string name, IEnumerable<string> known) => known.MinBy(candidate => Distance(name, candidate))!;

    // Levenshtein's distance, row by row, without regard to case.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
