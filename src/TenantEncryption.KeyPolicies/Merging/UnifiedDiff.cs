using System.Globalization;
using System.Text;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Merging;

/// <summary>The difference of two policies as <c>diff -u</c> shows it. Both are formatted alike first, so that white space is no difference.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The difference.</summary>
    /// <param name="before">The policy before.</param>
    /// <param name="after">The policy after.</param>
    /// <param name="label">What both are called.</param>
    /// <returns>Lines with <c>-</c>, <c>+</c> or a space before them, in hunks; empty where nothing differs.</returns>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>: one of the two is no JSON.</exception>
    public static string Of(string before, string after, string label)
    {
        string[] left = Lines(before), right = Lines(after);
        List<(char Mark, string Line)> edits = Edits(left, right);
        if (!edits.Exists(edit => edit.Mark != ' '))
        {
            return "";
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"--- {label} (live)\n+++ {label} (merged)\n");
        int leftLine = 1, rightLine = 1;
        for (int i = 0; i < edits.Count;)
        {
            int end = HunkEnd(edits, i);
            if (end == i)
            {
                leftLine++;
                rightLine++;
                i++;
                continue;
            }

            int leftCount = edits.Skip(i).Take(end - i).Count(edit => edit.Mark != '+');
            int rightCount = edits.Skip(i).Take(end - i).Count(edit => edit.Mark != '-');
            text.Append(CultureInfo.InvariantCulture, $"@@ -{leftLine},{leftCount} +{rightLine},{rightCount} @@\n");
            for (; i < end; i++)
            {
                text.Append(edits[i].Mark).Append(edits[i].Line).Append('\n');
            }

            leftLine += leftCount;
            rightLine += rightCount;
        }

        return text.ToString();
    }

    private static string[] Lines(string policy) => PolicyWriter.Write(PolicyJson.Parse(policy)).Split('\n');

    /// <summary>Where the hunk that begins at a line ends; the line itself where none begins.</summary>
    private static int HunkEnd(List<(char Mark, string Line)> edits, int start)
    {
        int end = start;
        for (int i = start; i < edits.Count && i <= Math.Max(end, start) + (end == start ? Context : 2 * Context); i++)
        {
            if (edits[i].Mark != ' ')
            {
                end = i + 1;
            }
        }

        return end == start ? start : Math.Min(edits.Count, end + Context);
    }

    // Longest common subsequence; a policy has at most some two thousand lines.
    private static List<(char Mark, string Line)> Edits(string[] left, string[] right)
    {
        int[,] common = new int[left.Length + 1, right.Length + 1];
        for (int i = left.Length - 1; i >= 0; i--)
        {
            for (int j = right.Length - 1; j >= 0; j--)
            {
                common[i, j] = left[i] == right[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var edits = new List<(char, string)>();
        int l = 0, r = 0;
        while (l < left.Length || r < right.Length)
        {
            if (l < left.Length && r < right.Length && left[l] == right[r])
            {
                edits.Add((' ', left[l++]));
                r++;
            }
            else if (r == right.Length || (l < left.Length && common[l + 1, r] >= common[l, r + 1]))
            {
                edits.Add(('-', left[l++]));
            }
            else
            {
                edits.Add(('+', right[r++]));
            }
        }

        return edits;
    }
}
