using TenantEncryption.Policies.Likeness;

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
            .. known.Select(one => (Name: one, Slips: TextDistance.Of(wanted, one.ToUpperInvariant())))
                .Where(one => one.Slips <= MaximumSlips)
                .OrderBy(one => one.Slips),
        ];
        return near.Length > 0
            ? near.Where(one => one.Slips == near[0].Slips).Select(one => one.Name).Take(MaximumNames).ToArray()
            : known.Where(one => one.StartsWith(name, StringComparison.OrdinalIgnoreCase)).Take(MaximumNames).ToArray();
    }
}
